/** Ids for tests: short-lived counters for what a test reads, random ones for what must not meet another run's data. */
import { randomBytes } from 'node:crypto';

/** `mem_` with 32 hex digits that count up, so that the order of making is the order of ids. */
export function memoryIds(): () => string {
  let last = 0;
  return () => `mem_${(++last).toString(16).padStart(32, '0')}`;
}

export const nextMemoryId = memoryIds();

/** A tenant, agent or user nobody else has. */
export const uniqueName = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`;
