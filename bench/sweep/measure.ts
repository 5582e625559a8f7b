/**
 * The sweep: 100,000 memories, 10,000 of them due. Measured is what it moves a second, beside the same rows changed by the plain
 * client; and how much memory it holds with a tenth and with three times as much due: it should be no more.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
  /** Most that was alive on the heap while it ran, above what was at its start. */
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
/** Each sample collects garbage first, which takes some 20 ms of the sweep's time. */
const SAMPLE_MS = 400;
const BYTES_PER_MB = 2 ** 20;
/** Of all memories; the second is what the goal is about. */
const DUE_SHARES = [0.01, 0.1, 0.3];
const MAIN_RUN = 1;
/** A day apart, each well within its own. */
const onDay = (day: number): Wave['inDays'] => [day - 0.8, day - 0.2];

const perSecond = (count: number, seconds: number) => Math.round(count / seconds);
const secondsSince = (begunMs: number) => (performance.now() - begunMs) / 1_000;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function liveBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Most that is alive on the heap while `work` runs, above that at its start; MB. */
async function grownDuring(work: () => Promise<void>): Promise<number> {
  const before = liveBytes();
  let highest = before;
  const sampling = setInterval(() => {
    highest = Math.max(highest, liveBytes());
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
  const due = DUE_SHARES.map((share) => memories * share);
  await prepareAging(
    stage,
    memories,
    due.map((count, at) => ({ count, inDays: onDay(at + 1) })),
  );
  const moveBatch = await openMoveFloor(stage);
  await sweepOnce(stage, 0);
  const runs: SweepRun[] = [];
  for (const count of due) {
    clock.advance({ days: 1 });
    runs.push(await sweepOnce(stage, count));
  }
  const main = runs[MAIN_RUN] as SweepRun;
  const begun = performance.now();
  for (let moved = 0; moved < main.due; ) moved += await moveBatch();
  const floorPerSecond = perSecond(main.due, secondsSince(begun));
  const turned = due.reduce((sum, count) => sum + count, 0) / 2;
  const indexedAt = performance.now();
  await drained(composeIndexing(), stage.reads.id, step('cold copies', turned), () => 0);
  return {
    memories,
    runs,
    floorPerSecond,
    timesFloor: Number((floorPerSecond / main.perSecond).toFixed(1)),
    coldCopiesPerSecond: perSecond(turned, secondsSince(indexedAt)),
    goal: { goal: `>= ${GOAL_PER_SECOND} moves/s`, isMet: main.perSecond >= GOAL_PER_SECOND },
  };
}
