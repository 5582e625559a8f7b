/** The pause after a timeout, on a clock that the test moves. */
import { expect, it } from 'vitest';
import { createBreaker } from '../../../layers/memory/clients/breaker.ts';

const PAUSE_MS = 1_000;

function prepare() {
  let now = 0;
  const breaker = createBreaker(PAUSE_MS, () => now);
  return { breaker, advance: (ms: number) => (now += ms) };
}

it('lets calls through until one times out', () => {
  const { breaker } = prepare();

  expect(breaker.allows()).toBe(true);
  breaker.succeeded();
  expect(breaker.allows()).toBe(true);
});

it('skips calls for the pause after a timeout', () => {
  const { breaker, advance } = prepare();

  breaker.timedOut();

  expect(breaker.allows()).toBe(false);
  advance(PAUSE_MS - 1);
  expect(breaker.allows()).toBe(false);
  advance(1);
  expect(breaker.allows()).toBe(true);
});

it('lets a single call try after the pause while the others go on skipping', () => {
  const { breaker, advance } = prepare();
  breaker.timedOut();
  advance(PAUSE_MS);

  expect([breaker.allows(), breaker.allows(), breaker.allows()]).toEqual([true, false, false]);
});

it('lets all through again once the one that tried succeeded', () => {
  const { breaker, advance } = prepare();
  breaker.timedOut();
  advance(PAUSE_MS);
  breaker.allows();

  breaker.succeeded();

  expect([breaker.allows(), breaker.allows()]).toEqual([true, true]);
});
