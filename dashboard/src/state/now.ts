/** The service's clock. Locally it may have been moved on by months, and "3 days ago" is against it. */
import { signal } from '@preact/signals';
import { getClock } from '../api/local.ts';
import { config } from './config.ts';
import { onBatch } from './feed.ts';

/** Below it the difference is the way of an answer, not a moved clock. */
const MOVED_MS = 60_000;

const aheadMs = signal(0);

export const serviceNow = (): number => Date.now() + aheadMs.value;

/** Takes a time that the service has just told. */
export function learnNow(iso: string): void {
  const ahead = Date.parse(iso) - Date.now();
  if (ahead - aheadMs.value > MOVED_MS) aheadMs.value = ahead;
}

/** Asks the local run's clock once, and follows the times of events; answers how to stop. */
export function followNow(): () => void {
  const abort = new AbortController();
  if (config().local) {
    // A stack that does not answer is told by every view; the times are then against this machine's clock.
    getClock(abort.signal).then(({ now }) => learnNow(now), ignoreAbort);
  }
  const stop = onBatch(({ events }) => {
    const last = events.at(-1);
    if (last) learnNow(last.at);
  });
  return () => {
    stop();
    abort.abort();
  };
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'AbortError')) console.warn('the clock was not told', error);
}
