/** Work under the lease of one of the log's consumers, which stands still meanwhile; the lease is renewed as long as the work takes. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AurenError } from '../../errors.ts';
import type { Consumers } from '../../log/consumers.ts';

/** A rebuild that was killed is replaced after this. */
const LEASE_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
/** Longer than the lease of any consumer: one that died has lost it by then. */
const WAIT_MS = 60_000;
const ASK_EVERY_MS = 250;

export interface Held {
  /** Throws `in_progress` where the lease was lost. */
  check(): void;
  /** Where the consumer goes on afterwards. */
  advance(cursor: string): Promise<void>;
}

/** Throws `in_progress` where another holds the lease for a minute. */
export async function underLease<T>(
  consumers: Consumers,
  consumer: string,
  tenantId: string,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const owner = randomUUID();
  const lost = () =>
    new AurenError(
      'in_progress',
      `The ${consumer} of tenant "${tenantId}" was taken over by another process; run it again.`,
    );
  const acquire = async () => (await consumers.acquire(consumer, tenantId, owner, LEASE_MS)) !== null;

  const giveUpAt = Date.now() + WAIT_MS;
  while (!(await acquire())) {
    if (Date.now() > giveUpAt) {
      throw new AurenError(
        'in_progress',
        `The ${consumer} of tenant "${tenantId}" is at work elsewhere; try again shortly.`,
      );
    }
    await sleep(ASK_EVERY_MS);
  }
  let isLost = false;
  const renewing = setInterval(() => {
    acquire().then(
      (isHeld) => {
        isLost ||= !isHeld;
      },
      () => {
        isLost = true;
      },
    );
  }, RENEW_EVERY_MS);
  try {
    return await work({
      check() {
        if (isLost) throw lost();
      },
      async advance(cursor) {
        if (!(await consumers.advance(consumer, tenantId, owner, cursor, LEASE_MS))) throw lost();
      },
    });
  } finally {
    clearInterval(renewing);
    while (!(await consumers.release(consumer, tenantId, owner)));
  }
}
