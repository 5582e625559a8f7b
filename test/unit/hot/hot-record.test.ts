/** What the scripts are handed of a memory, and the order in which memories yield. */
import { expect, it } from 'vitest';
import { fromReply, toArguments, worthOf } from '../../../layers/memory/tiers/hot-record.ts';
import { aMemory } from '../../support/builders.ts';

it('comes back from Redis as it was, with the uses that Redis counted', () => {
  const memory = aMemory({ content: { text: 'naïve 日本語 🧠 \u0000 \ud800' }, accessCount: 2, metadata: { a: 1 } });

  const json = toArguments(memory).at(-1) ?? '';

  expect(fromReply(json, '5', '2026-03-02T00:00:00.000Z')).toEqual({
    ...memory,
    accessCount: 5,
    lastAccessedAt: '2026-03-02T00:00:00.000Z',
  });
  expect(fromReply(json, '0', '').lastAccessedAt).toBeNull();
});

it('hands over twelve plain texts, empty where there is nothing', () => {
  const args = toArguments(aMemory({ spaceId: null, expiresAt: null, lastAccessedAt: null }));

  expect(args).toHaveLength(12);
  expect([args[4], args[5], args[9]]).toEqual(['', '', '']);
});

it('ranks any pin above any retained memory, and that above the most important plain one', () => {
  const best = { priority: 10, confidence: 1 };
  const worst = { priority: 0, confidence: 0 };

  const plain = worthOf(aMemory(best));
  const retained = worthOf(aMemory({ ...worst, retainedBy: 'pol_1' }));
  const retainedBest = worthOf(aMemory({ ...best, retainedBy: 'pol_1' }));
  const pinned = worthOf(aMemory({ ...worst, pinned: true }));

  // A score's other parts: use up to ln(2 * 10^9), age down to -0.5 ln(100 years in seconds).
  const span = Math.log(2e9) + 0.5 * Math.log(3.2e9);
  expect(retained - plain).toBeGreaterThan(span);
  expect(pinned - retainedBest).toBeGreaterThan(span);
});
