/**
 * Erases what was derived from the memories of a person once these have ended: insights, patterns, queries, counts by hour, and the rest
 * that is kept beside them. Under the lease of discovery: a run that had read the memories before would store their words afterwards.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DISCOVERY } from '../../feed/names.ts';
import { underLease } from '../under-lease.ts';
import { endInsights, tellRedis } from './end-memories.ts';
import type { EraseRun } from './run.ts';

/** An erasure that died is replaced after this; a step of it takes seconds. */
const LEASE_MS = 60_000;
const PAUSE_MS = 100;

async function removeDerived(run: EraseRun): Promise<boolean> {
  const { ports, caller, userId, record } = run;
  // Queries that wait there would be logged after the log was cleaned.
  await tellRedis(run, []);
  if (!(await endInsights(run))) return false;
  await ports.erasures.removeTraces(caller.tenantId, userId, record.id);
  return true;
}

/** False where time ran out, also in waiting for a discovery to end. */
export async function eraseDerived(run: EraseRun): Promise<boolean> {
  const lease = { name: DISCOVERY, tenantId: run.caller.tenantId, owner: randomUUID(), leaseMs: LEASE_MS };
  for (;;) {
    const held = await underLease(run.ports.consumers, lease, () => removeDerived(run));
    if (held !== null) return held.done;
    if (!run.hasTime()) return false;
    await sleep(PAUSE_MS);
  }
}
