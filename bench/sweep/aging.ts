/**
 * A tenant on the day before much of it comes of age: so that one day later a known number is due and nothing else. Half of those that
 * are due leave hot for warm, half leave warm for cold.
 */
import type { MemoryDraft } from '@auren/memory/memory.ts';
import { draftOf, userName } from '../data.ts';
import { type Random, randomFrom } from '../random.ts';

const SEED = 11;
const DAY_MS = 86_400_000;

/** Ages in days, within the default bounds of 30 and 365. */
const HOT_DAYS = 30;
const WARM_DAYS = 365;
const YOUNG: Span = [1, 20];
const MONTHS_OLD: Span = [40, 300];
type Span = readonly [from: number, to: number];

/** What comes of age between the given numbers of days from now. */
export interface Wave {
  count: number;
  inDays: Span;
}

const within = (random: Random, [from, to]: Span) => from + random.next() * (to - from);
const waveAge = (random: Random, bound: number, [from, to]: Span) => within(random, [bound - to, bound - from]);

function ageOf(random: Random, index: number, waves: readonly Wave[]): number {
  let first = 0;
  for (const { count, inDays } of waves) {
    if (index < first + count) return waveAge(random, index % 2 === 0 ? HOT_DAYS : WARM_DAYS, inDays);
    first += count;
  }
  // With the waves a hot tier of some 10,000, the default capacity; the others are warm.
  return within(random, index % 20 === 0 ? YOUNG : MONTHS_OLD);
}

/** `count` memories in batches, those of the waves first. */
export function* agingBatches(
  count: number,
  users: number,
  waves: readonly Wave[],
  batchSize: number,
): Generator<MemoryDraft[]> {
  const random = randomFrom(SEED);
  const nowMs = Date.now();
  for (let first = 0; first < count; first += batchSize) {
    yield Array.from({ length: Math.min(batchSize, count - first) }, (_, at) => {
      const madeAt = new Date(nowMs - ageOf(random, first + at, waves) * DAY_MS);
      return draftOf(random, userName(random.integer(users)), madeAt);
    });
  }
}
