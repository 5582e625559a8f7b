/**
 * Measures a scenario: first one caller, in turn with the floor, so that a busy machine slows both; then many callers at once,
 * again first the operation and then the floor. Percentiles come from HDR histograms, in microseconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { build, type Histogram } from 'hdr-histogram-js';
import type { BenchOptions } from './options.ts';
import type { RoundTripCounter, RoundTrips } from './round-trips.ts';
import type { Scenario } from './scenario.ts';

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface Result {
  name: string;
  title: string;
  unit: string;
  calls: number;
  /** Milliseconds, one caller. */
  ms: Percentiles;
  floorMs: Percentiles;
  floorTitle: string;
  /** Medians: how many times the floor. */
  timesFloor: number;
  /** Requests to each engine in one call, on average. */
  roundTrips: RoundTrips;
  load: { callers: number; perSecond: number; floorPerSecond: number; ms: Percentiles };
  degradedCalls: number;
  goals: { goal: string; measured: number; isMet: boolean }[];
}

const LONGEST_US = 120_000_000;
const DIGITS = 3;
const US_PER_MS = 1_000;
/** Lets the garbage of one scenario be collected before the next begins. */
const PAUSE_MS = 100;

export async function measure(
  scenario: Scenario,
  { latencySeconds, loadSeconds, warmUpSeconds }: BenchOptions,
  roundTrips: RoundTripCounter | null,
): Promise<Result> {
  const { name, title, unit, perCall, callers, floorTitle } = scenario;
  await scenario.prepare?.();
  let n = 0;
  let degradedCalls = 0;
  const call = async () => {
    n += 1;
    if ((await scenario.call(n)) === 'degraded') degradedCalls += 1;
  };
  const floor = () => scenario.floor(n);
  await Promise.all([during(warmUpSeconds, call), during(warmUpSeconds, floor)]);
  degradedCalls = 0;
  await sleep(PAUSE_MS);

  const latency = histogram();
  const floorLatency = histogram();
  const trips: RoundTrips = { redis: 0, pg: 0, chroma: 0 };
  let calls = 0;
  await during(latencySeconds, async () => {
    const before = roundTrips?.taken();
    await timed(latency, call);
    const after = roundTrips?.taken();
    if (before && after) for (const engine of keysOf(trips)) trips[engine] += after[engine] - before[engine];
    calls += 1;
    await timed(floorLatency, floor);
  });

  // Opens the connections that one caller did not need.
  await perSecond(callers, warmUpSeconds, call);
  await sleep(PAUSE_MS);
  const loaded = histogram();
  const rate = await perSecond(callers, loadSeconds, () => timed(loaded, call));
  await sleep(PAUSE_MS);
  const floorRate = await perSecond(callers, loadSeconds / 2, floor);
  for (const engine of keysOf(trips)) trips[engine] = round(trips[engine] / calls, 2);

  const ms = percentilesOf(latency);
  const load = {
    callers,
    perSecond: Math.round(rate * perCall),
    floorPerSecond: Math.round(floorRate * perCall),
    ms: percentilesOf(loaded),
  };
  const floorMs = percentilesOf(floorLatency);
  const { goals } = scenario;
  return {
    name,
    title,
    unit,
    calls,
    ms,
    floorMs,
    floorTitle,
    timesFloor: round(ms.p50 / floorMs.p50, 2),
    roundTrips: trips,
    load,
    degradedCalls,
    goals: [
      ...(goals.p99Ms === undefined
        ? []
        : [{ goal: `p99 < ${goals.p99Ms} ms`, measured: ms.p99, isMet: ms.p99 < goals.p99Ms }]),
      ...(goals.perSecond === undefined
        ? []
        : [
            {
              goal: `>= ${goals.perSecond} ${unit}/s`,
              measured: load.perSecond,
              isMet: load.perSecond >= goals.perSecond,
            },
          ]),
    ],
  };
}

const histogram = () =>
  build({ lowestDiscernibleValue: 1, highestTrackableValue: LONGEST_US, numberOfSignificantValueDigits: DIGITS });

const keysOf = (trips: RoundTrips) => Object.keys(trips) as (keyof RoundTrips)[];

const round = (value: number, digits: number) => Number(value.toFixed(digits));

async function timed(into: Histogram, call: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  await call();
  into.recordValue(Math.max(1, Math.round((performance.now() - begun) * US_PER_MS)));
}

/** Calls one after the other until the time is over; answers how many there were. */
async function during(seconds: number, call: () => Promise<void>): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let calls = 0;
  do {
    await call();
    calls += 1;
  } while (performance.now() < until);
  return calls;
}

async function perSecond(callers: number, seconds: number, call: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  const counts = await Promise.all(Array.from({ length: callers }, () => during(seconds, call)));
  return (counts.reduce((sum, count) => sum + count, 0) / (performance.now() - begun)) * 1_000;
}

export const percentilesOf = (of: Histogram): Percentiles => {
  const ms = (percentile: number) => round(of.getValueAtPercentile(percentile) / US_PER_MS, 2);
  return { p50: ms(50), p95: ms(95), p99: ms(99), max: round(of.maxValue / US_PER_MS, 2) };
};
