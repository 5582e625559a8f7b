/** How many sequences are played, and how a failure is played again: `AUREN_SEED=<seed> AUREN_PATH=<path>` as the failure prints them. */
import fc from 'fast-check';
import { inject } from 'vitest';
import { play } from './play.ts';
import { sequences } from './steps.ts';
import type { Ground } from './world.ts';

declare module 'vitest' {
  interface ProvidedContext {
    sequences: { inMemory: number; onEngines: number };
  }
}

export async function expectNoDivergence(numRuns: number, groundOf: (capacity: number) => Ground | Promise<Ground>) {
  const { AUREN_SEED: seed, AUREN_PATH: path } = process.env;
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => await play(await groundOf(sequence.capacity), sequence)),
    { numRuns, ...(seed ? { seed: Number(seed) } : {}), ...(path ? { path } : {}) },
  );
}

export const sequenceCounts = () => inject('sequences');
