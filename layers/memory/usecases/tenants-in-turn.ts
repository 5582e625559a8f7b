/** Scheduled work, tenant by tenant within the time there is. One that fails keeps no other waiting, and fails the run at its end. */
import type { Consumers } from '../log/consumers.ts';
import type { Ports } from './ports.ts';

export interface TurnCounts {
  done: number;
  /** Another run had the tenant's lease. */
  heldElsewhere: number;
  /** Not reached in time. */
  left: number;
}

/** What a tenant may take at least, however many wait behind it. */
const TENANT_MS_MIN = 1_000;

/**
 * Begins with a tenant at random, so that a deadline does not always cut off the same ones. `work` gets the end of the tenant's share of
 * the time, and answers false where another is at it.
 */
export async function tenantsInTurn(
  { consumers, warn }: { consumers: Consumers; warn: Ports['warn'] },
  deadline: Date,
  work: (tenantId: string, until: Date) => Promise<boolean>,
): Promise<{ counts: TurnCounts; failures: unknown[] }> {
  const all = await consumers.tenants();
  const first = Math.floor(Math.random() * all.length);
  const counts: TurnCounts = { done: 0, heldElsewhere: 0, left: all.length };
  const failures: unknown[] = [];
  for (const tenantId of [...all.slice(first), ...all.slice(0, first)]) {
    const leftMs = deadline.getTime() - Date.now();
    if (leftMs <= 0) break;
    const shareMs = Math.min(leftMs, Math.max(TENANT_MS_MIN, leftMs / counts.left));
    counts.left -= 1;
    try {
      if (await work(tenantId, new Date(Date.now() + shareMs))) counts.done += 1;
      else counts.heldElsewhere += 1;
    } catch (error) {
      warn('scheduled work failed for a tenant; the next run goes on with it', error);
      failures.push(error);
    }
  }
  return { counts, failures };
}
