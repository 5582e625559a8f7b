/** `Server-Timing`: milliseconds spent waiting for each engine, zero where it was not asked; concurrent calls add up. */
import type { TimedEngine, Timings } from '@auren/memory/timing.ts';

const ENGINES = ['redis', 'pg', 'chroma', 'embed'] as const satisfies TimedEngine[];

export function serverTiming(timings: Timings, totalMs: number): string {
  const parts = ENGINES.map((engine) => `${engine};dur=${(timings[engine] ?? 0).toFixed(1)}`);
  return [...parts, `total;dur=${totalMs.toFixed(1)}`].join(', ');
}
