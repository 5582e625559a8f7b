/** How connections of the local run end, other than by their client. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FeedClient } from '../../sdk/feed-client.ts';
import { listen, overHttp, store, ticketOf } from '../support/live-feed.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const PATIENCE = { timeout: 10_000 };

let stack: TestStack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

it('a clock that is moved on ends them with 1001, and a client comes back to where it was', async () => {
  const http = overHttp(stack);
  const delivered: (string | null)[] = [];
  const feed = new FeedClient({
    url: stack.stack.socketUrl,
    ticket: () => ticketOf(http),
    onEvents: (events) => void delivered.push(...events.map(({ memory_id }) => memory_id)),
  });
  feed.open();
  const { client } = await listen(stack);
  await expect.poll(() => feed.state, PATIENCE).toBe('live');

  await http('POST', '/_local/clock', { advance_days: 1 });

  expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  const id = await store(http);
  await expect.poll(() => delivered, PATIENCE).toEqual([id]);
  feed.close();
});

it('a run that stops ends them with 1001, in good time', async () => {
  const { client, subscribe } = await listen(stack);
  await subscribe();
  const begun = performance.now();

  await stack.stop();

  expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  expect(performance.now() - begun).toBeLessThan(5_000);
});
