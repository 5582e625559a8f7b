/** BM25 over a replayed past: the formula by hand, what counts into it, and the order of equals. */
import { describe, expect, it } from 'vitest';
import { listByPriority, rankByWords } from '../../../layers/memory/search/lexical-replay.ts';
import type { PastDocument } from '../../../layers/memory/search/port.ts';
import { aMemory } from '../../support/builders.ts';
import { daysAfter, NOON } from '../../support/clock.ts';

const everything = () => true;
const a = (counts: Record<string, number>, length: number, overrides = {}): PastDocument => ({
  row: aMemory(overrides),
  counts,
  length,
});
const idf = (n: number, df: number) => Math.log(1 + (n - df + 0.5) / (df + 0.5));
const term = (tf: number, length: number, mean: number) => (tf * 2.2) / (tf + 1.2 * (0.65 + (0.35 * length) / mean));

describe('rankByWords', () => {
  it('scores as BM25 does, worked out by hand', () => {
    const scope = [a({ heart: 2 }, 3), a({ heart: 1 }, 1), a({}, 1)];

    const ranked = rankByWords(scope, everything, 10);

    expect(ranked.map(({ row }) => row.id)).toEqual([scope[0]?.row.id, scope[1]?.row.id]);
    expect(ranked[0]?.bm25).toBeCloseTo(idf(3, 2) * term(2, 3, 5 / 3), 12);
    expect(ranked[1]?.bm25).toBeCloseTo(idf(3, 2) * term(1, 1, 5 / 3), 12);
  });

  it('adds up the words, the rare one weighing more', () => {
    const scope = [a({ sleep: 1, magnesium: 1 }, 2), a({ sleep: 1 }, 2), a({ magnesium: 1 }, 2), a({ sleep: 1 }, 2)];

    const ranked = rankByWords(scope, everything, 10);

    expect(ranked.slice(0, 2).map(({ row }) => row.id)).toEqual([scope[0]?.row.id, scope[2]?.row.id]);
    expect(ranked[0]?.bm25).toBeCloseTo((idf(4, 3) + idf(4, 2)) * term(1, 2, 2), 12);
  });

  it('takes N and the mean length from the scope, and df from what passes the filters', () => {
    const passing = a({ heart: 1 }, 4);
    const scope = [passing, a({ heart: 1 }, 2, { type: 'fact' }), a({}, 6)];

    const ranked = rankByWords(scope, ({ type }) => type !== 'fact', 10);

    expect(ranked).toEqual([{ row: passing.row, bm25: expect.closeTo(idf(3, 1) * term(1, 4, 4), 12) }]);
  });

  it('puts the younger of equals first, and stops at the limit', () => {
    const [old, young, middle] = [-9, 0, -3].map((days) => a({ tea: 1 }, 1, { createdAt: daysAfter(NOON, days) }));

    const ranked = rankByWords(
      [old, young, middle].filter((one) => one !== undefined),
      everything,
      2,
    );

    expect(ranked.map(({ row }) => row.id)).toEqual([young?.row.id, middle?.row.id]);
  });

  it('finds nothing in nothing', () => {
    expect(rankByWords([], everything, 10)).toEqual([]);
    expect(rankByWords([a({}, 0)], everything, 10)).toEqual([]);
  });
});

describe('listByPriority', () => {
  it('lists by priority, then recency, what passes the filters', () => {
    const scope = [
      a({}, 0, { priority: 5, createdAt: daysAfter(NOON, -2) }),
      a({}, 0, { priority: 5 }),
      a({}, 0, { priority: 9, type: 'fact' }),
      a({}, 0, { priority: 7, createdAt: daysAfter(NOON, -5) }),
    ];

    const listed = listByPriority(scope, ({ type }) => type !== 'fact', 10);

    expect(listed.map(({ row, bm25 }) => [row.priority, row.createdAt, bm25])).toEqual([
      [7, daysAfter(NOON, -5), 0],
      [5, NOON, 0],
      [5, daysAfter(NOON, -2), 0],
    ]);
  });
});
