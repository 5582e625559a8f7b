/**
 * A short circuit breaker: after a timeout the engine is left alone for a while, so that a hanging one costs its deadline
 * once a second and not once a call. When the pause is over a single call tries; the others go on skipping until it is back.
 */
export interface Breaker {
  /** Whether to call. A true answer after a pause makes this caller the one that tries. */
  allows(): boolean;
  succeeded(): void;
  timedOut(): void;
}

export function createBreaker(pauseMs: number, elapsedMs: () => number = () => performance.now()): Breaker {
  let closedAgainAt: number | null = null;
  return {
    allows() {
      if (closedAgainAt === null) return true;
      if (elapsedMs() < closedAgainAt) return false;
      closedAgainAt = elapsedMs() + pauseMs;
      return true;
    },
    succeeded() {
      closedAgainAt = null;
    },
    timedOut() {
      closedAgainAt = elapsedMs() + pauseMs;
    },
  };
}
