/** The score: in 0..1, rising with what speaks for a memory, the same in every run. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byPriority, type Candidate, fuse, type Legs, SEMANTIC_WEIGHT } from '../../../layers/memory/search/fuse.ts';
import { aMemory } from '../../support/builders.ts';
import { daysAfter, NOON } from '../../support/clock.ts';

const HYBRID: Legs = { lexical: true, semantic: true, cosineFloor: 0.4 };
const LEXICAL: Legs = { ...HYBRID, semantic: false };
const SEMANTIC: Legs = { ...HYBRID, lexical: false };

const aCandidate = (bm25: number, cosine: number | null, overrides: Parameters<typeof aMemory>[0] = {}): Candidate => ({
  row: aMemory(overrides),
  bm25,
  cosine,
});
const scoreOf = (candidates: Candidate[], legs: Legs, index = 0) =>
  fuse(candidates, legs, NOON).find(({ candidate }) => candidate === candidates[index])?.score;

const candidates = fc.array(
  fc
    .record({
      bm25: fc.double({ min: 0, max: 40, noNaN: true }),
      cosine: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
      priority: fc.double({ min: 0, max: 10, noNaN: true }),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      accessCount: fc.nat(100_000),
      ageDays: fc.integer({ min: 0, max: 5_000 }),
    })
    .map(({ bm25, cosine, ageDays, ...worth }) =>
      aCandidate(bm25, cosine, { ...worth, createdAt: daysAfter(NOON, -ageDays) }),
    ),
  { maxLength: 20 },
);
const anyLegs = fc.constantFrom(HYBRID, LEXICAL, SEMANTIC);

describe('fuse', () => {
  it('keeps every score in 0..1 and explains it as a sum of parts', () => {
    fc.assert(
      fc.property(candidates, anyLegs, (all, legs) => {
        for (const { score, parts } of fuse(all, legs, NOON)) {
          const sum = Object.values(parts).reduce((total, part) => total + part, 0);
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(score).toBeCloseTo(sum, 10);
        }
      }),
    );
  });

  it('orders the same whatever order the hits come in', () => {
    fc.assert(
      fc.property(candidates, anyLegs, (all, legs) => {
        const forwards = fuse(all, legs, NOON).map(({ candidate }) => candidate.row.id);
        const backwards = fuse(all.toReversed(), legs, NOON).map(({ candidate }) => candidate.row.id);
        expect(backwards).toEqual(forwards);
      }),
    );
  });

  it('never scores lower for more words, more meaning, more priority or more confidence', () => {
    const worth = fc.record({
      bm25: fc.double({ min: 0.1, max: 10, noNaN: true }),
      cosine: fc.double({ min: -1, max: 1, noNaN: true }),
      priority: fc.double({ min: 0, max: 10, noNaN: true }),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(worth, worth, fc.constantFrom('bm25', 'cosine', 'priority', 'confidence'), (base, other, raised) => {
        const low = { ...base, [raised]: Math.min(base[raised], other[raised]) };
        const high = { ...base, [raised]: Math.max(base[raised], other[raised]) };
        const score = ({ bm25, cosine, ...row }: typeof base) =>
          scoreOf([aCandidate(bm25, cosine, row), aCandidate(10, null)], HYBRID) ?? Number.NaN;
        expect(score(high)).toBeGreaterThanOrEqual(score(low));
      }),
    );
  });

  it('leaves out what neither words nor meaning found', () => {
    const [word, alike, unlike, nothing] = [
      aCandidate(1, null),
      aCandidate(0, 0.41),
      aCandidate(0, 0.39),
      aCandidate(0, null),
    ];

    const found = fuse([word, alike, unlike, nothing], HYBRID, NOON).map(({ candidate }) => candidate);

    expect(found).toEqual([word, alike]);
  });

  it('counts a cosine below the floor for nothing, even beside words', () => {
    const all = [aCandidate(4, 0.39), aCandidate(4, null)];

    const [first, second] = fuse(all, HYBRID, NOON);

    expect([first?.parts.semantic, second?.parts.semantic]).toEqual([0, 0]);
  });

  it.each([
    { name: 'lexical', legs: LEXICAL, best: aCandidate(7, null) },
    { name: 'semantic', legs: SEMANTIC, best: aCandidate(0, 1) },
    { name: 'hybrid', legs: HYBRID, best: aCandidate(7, 1) },
  ])('gives a perfect match nearly 1 in $name mode', ({ legs, best }) => {
    expect(scoreOf([best], legs)).toBeGreaterThan(0.9);
  });

  it('weighs words against meaning as 1 to the semantic weight', () => {
    const [{ parts } = { parts: { lexical: 0, semantic: 0 } }] = fuse([aCandidate(7, 1)], HYBRID, NOON);

    expect(parts.semantic / parts.lexical).toBeCloseTo(SEMANTIC_WEIGHT, 10);
  });

  it('lets priors decide between equals, and nothing more', () => {
    const [dull, dear, better] = [
      aCandidate(5, null, { priority: 0 }),
      aCandidate(5, null, { priority: 10 }),
      aCandidate(7, null, { priority: 0 }),
    ];

    const order = fuse([dull, dear, better], LEXICAL, NOON).map(({ candidate }) => candidate);

    expect(order).toEqual([better, dear, dull]);
  });
});

describe('byPriority', () => {
  it('lists by priority, then recency, with scores that say so', () => {
    const [old, young, dear] = [
      aCandidate(0, null, { priority: 5, createdAt: daysAfter(NOON, -9) }),
      aCandidate(0, null, { priority: 5 }),
      aCandidate(0, null, { priority: 9.5, createdAt: daysAfter(NOON, -900) }),
    ];

    const listed = byPriority([old, young, dear]);

    expect(listed.map(({ candidate }) => candidate)).toEqual([dear, young, old]);
    expect(listed.map(({ score }) => score)).toEqual([0.95, 0.5, 0.5]);
  });
});
