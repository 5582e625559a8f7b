/**
 * Operations a second and latency by tier over the last ten minutes, one sample every 5 s. The service's own `metrics` event
 * has the figures; between two of them (60 s apart in AWS) they come from the events that arrive.
 */
import { signal } from '@preact/signals';
import { type FeedEvent, TIERS, type Tier } from '../api/types.ts';
import { type Batch, onBatch } from './feed.ts';
import { isTier } from './tally.ts';

export interface Sample {
  /** Seconds since 1970, as charts take them. */
  at: number;
  perSecond: number;
  /** Median in ms, where the tier answered at all. */
  latency: Record<Tier, number | null>;
}

const EVERY_SECONDS = 5;
const SAMPLES_MAX = 120;

export const samples = signal<readonly Sample[]>([]);

let seen = 0;
let measured: Sample | undefined;
const latencies: Record<Tier, number[]> = { hot: [], warm: [], cold: [] };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function median(values: number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** Reads a `metrics` event; parts that it lacks are null or 0. */
export function sampleOf({ data }: Pick<FeedEvent, 'data'>, at: number): Sample {
  const { operations_per_second: total, operations, latency } = data;
  const each = isRecord(operations) ? Object.values(operations).filter(isNumber) : [];
  const p50 = (tier: Tier): number | null => {
    const of = isRecord(latency) ? latency[tier] : undefined;
    return isRecord(of) && isNumber(of.p50) ? of.p50 : null;
  };
  return {
    at,
    perSecond: isNumber(total) ? total : each.reduce((sum, value) => sum + value, 0),
    latency: { hot: p50('hot'), warm: p50('warm'), cold: p50('cold') },
  };
}

function take({ events, ephemeral, recovered }: Batch): void {
  // What was replayed happened earlier.
  seen += events.length - recovered;
  for (const event of ephemeral) {
    if (event.type === 'metrics') {
      measured = sampleOf(event, nowSeconds());
      continue;
    }
    seen += 1;
    const { tier = event.tier, latency_ms: ms } = event.data;
    if (isTier(tier) && isNumber(ms)) latencies[tier].push(ms);
  }
}

function close(): void {
  const own: Sample = {
    at: nowSeconds(),
    perSecond: seen / EVERY_SECONDS,
    latency: { hot: median(latencies.hot), warm: median(latencies.warm), cold: median(latencies.cold) },
  };
  const sample = measured ?? own;
  for (const tier of TIERS) {
    // The service's figure is of the hour so far; what has just been read is newer.
    sample.latency[tier] = own.latency[tier] ?? sample.latency[tier];
    latencies[tier] = [];
  }
  seen = 0;
  measured = undefined;
  samples.value = [...samples.value.slice(1 - SAMPLES_MAX), { ...sample, at: own.at }];
}

let isRunning = false;

/** Measures from the first call until the page goes; a view that comes back finds the past there. */
export function startMeter(): void {
  if (isRunning) return;
  isRunning = true;
  onBatch(take);
  setInterval(close, EVERY_SECONDS * 1_000);
}
