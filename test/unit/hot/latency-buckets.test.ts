/** Percentiles from counts in buckets, against those of the values themselves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, latencyField, percentilesOf } from '../../../layers/memory/tiers/latency-buckets.ts';

const SHARES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

const exact = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

describe('latency buckets', () => {
  it('give percentiles within 5 % of the exact ones', () => {
    const latencies = fc.array(fc.double({ min: 0.011, max: 50_000, noNaN: true }), { minLength: 1, maxLength: 200 });

    fc.assert(
      fc.property(latencies, (values) => {
        const found = percentilesOf(values.map((ms) => [latencyField('retrieve', ms), 1])).retrieve;

        for (const [name, share] of SHARES) {
          const truth = exact(values, share);
          // Three digits are kept: half a unit of the third is up to 0.5 % more.
          expect(Math.abs((found?.[name] ?? 0) - truth) / truth).toBeLessThan(0.055);
        }
      }),
    );
  });

  it('add up counters of the same name, and keep operations apart', () => {
    const found = percentilesOf([
      ['search:100', 1],
      ['search:100', 98],
      ['search:120', 1],
      ['many:get:10', 5],
    ]);

    expect(Object.keys(found)).toEqual(['search', 'many:get']);
    expect(found.search?.p99).toBe(found.search?.p50);
    expect(
      percentilesOf([
        ['search:100', 49],
        ['search:120', 51],
      ]).search?.p50,
    ).toBeGreaterThan(found.search?.p50 ?? 0);
  });

  it('hold whatever a clock may answer', () => {
    expect([0, -1, Number.NaN].map(bucketOf)).toEqual([0, 0, 0]);
    expect(bucketOf(Number.POSITIVE_INFINITY)).toBe(bucketOf(100_000_000));
    expect(percentilesOf([])).toEqual({});
  });
});
