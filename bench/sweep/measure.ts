/**
 * The sweep: 100,000 memories, 10,000 of them due. Measured is what it moves a second, beside the same rows changed by the plain
 * client, and how much memory it takes when ten times as much is due: it should be no more.
 */
import { composeIndexing, composeSweep } from '@auren/memory/compose.ts';
import { step } from '../../local/progress.ts';
import type { MovableClock } from '../movable-clock.ts';
import type { RoundTrips } from '../round-trips.ts';
import { expect } from '../scenario.ts';
import { drained } from '../seed.ts';
import type { Stage } from '../stage.ts';
import type { Wave } from './aging.ts';
import { openMoveFloor } from './floor.ts';
import { prepareAging } from './prepare.ts';

export interface SweepRun {
  due: number;
  seconds: number;
  perSecond: number;
  /** Highest resident set while it ran, above that at its start. */
  grownMb: number;
  roundTrips: RoundTrips;
}

export interface SweepResult {
  memories: number;
  runs: SweepRun[];
  floorPerSecond: number;
  timesFloor: number;
  /** Cold copies made, read back and compared by the indexer afterwards. */
  coldCopiesPerSecond: number;
  goal: { goal: string; isMet: boolean };
}

const GOAL_PER_SECOND = 500;
const SWEEP_MS_MAX = 10 * 60_000;
const SAMPLE_MS = 20;
const BYTES_PER_MB = 2 ** 20;
/** A day apart, each well within its own. */
const FEW: Wave['inDays'] = [0.2, 0.8];
const MANY: Wave['inDays'] = [1.2, 1.8];

const perSecond = (count: number, seconds: number) => Math.round(count / seconds);
const secondsSince = (begunMs: number) => (performance.now() - begunMs) / 1_000;

/** Highest resident set while `work` runs, above that at its start; MB. */
async function grownDuring(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let highest = before;
  const sampling = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, SAMPLE_MS);
  try {
    await work();
  } finally {
    clearInterval(sampling);
  }
  return Math.round((highest - before) / BYTES_PER_MB);
}

async function sweepOnce({ roundTrips }: Stage, due: number): Promise<SweepRun> {
  const { sweep } = await composeSweep();
  const before = roundTrips.taken();
  const begun = performance.now();
  const grownMb = await grownDuring(async () => {
    const { moved } = await sweep(new Date(Date.now() + SWEEP_MS_MAX));
    const { age } = moved as { age: number };
    expect(age === due, `${age} of ${due} memories moved by age`);
  });
  const seconds = secondsSince(begun);
  const after = roundTrips.taken();
  const taken: RoundTrips = {
    redis: after.redis - before.redis,
    pg: after.pg - before.pg,
    chroma: after.chroma - before.chroma,
  };
  return { due, seconds: Number(seconds.toFixed(1)), perSecond: perSecond(due, seconds), grownMb, roundTrips: taken };
}

export async function measureSweep(stage: Stage, clock: MovableClock, memories: number): Promise<SweepResult> {
  const [few, many] = [memories / 100, memories / 10];
  await prepareAging(stage, memories, [
    { count: few, inDays: FEW },
    { count: many, inDays: MANY },
  ]);
  const moveBatch = await openMoveFloor(stage);
  await sweepOnce(stage, 0);
  const runs: SweepRun[] = [];
  for (const due of [few, many]) {
    clock.advance({ days: 1 });
    runs.push(await sweepOnce(stage, due));
  }
  const last = runs.at(-1) as SweepRun;
  const begun = performance.now();
  for (let moved = 0; moved < many; ) moved += await moveBatch();
  const floorPerSecond = perSecond(many, secondsSince(begun));
  const turned = (few + many) / 2;
  const indexedAt = performance.now();
  await drained(composeIndexing(), stage.reads.id, step('cold copies', turned), () => 0);
  return {
    memories,
    runs,
    floorPerSecond,
    timesFloor: Number((floorPerSecond / last.perSecond).toFixed(1)),
    coldCopiesPerSecond: perSecond(turned, secondsSince(indexedAt)),
    goal: { goal: `>= ${GOAL_PER_SECOND} moves/s`, isMet: last.perSecond >= GOAL_PER_SECOND },
  };
}
