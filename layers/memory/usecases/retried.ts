/** Repeats what reads, decides and commits, as long as others change the same memories in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AurenError } from '../errors.ts';

/** Of writers that race, one wins each round: enough for as many as would ever meet on one memory. */
const TRIES_MAX = 20;
/** Pauses grow by this much a round, and are drawn at random below that: writers that met once must not meet again. */
const PAUSE_MS = 4;

/** A conflict that names no field: somebody was faster, and trying again may help. */
export const wasRaced = (error: unknown): boolean =>
  error instanceof AurenError && error.code === 'conflict' && error.errors === undefined;

export async function retried<T>(
  attempt: () => Promise<T>,
  mayRetry: (error: unknown) => boolean = wasRaced,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayRetry(error) || tries >= TRIES_MAX) throw error;
      await sleep(Math.random() * tries * PAUSE_MS);
    }
  }
}
