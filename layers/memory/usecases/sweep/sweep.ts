/**
 * The sweep of tiers, tenant by tenant under a lease: uses are counted, what expired ends, standing policies are applied again, use and
 * age move, what is expected to be used is warmed, and Redis is made to hold what the catalog calls hot. Every step looks for what is due
 * and commits it in batches, so a sweep that was cut off or delivered twice goes on where the last commit was, and one with nothing to do
 * writes no event.
 */
import { randomUUID } from 'node:crypto';
import { EngineUnavailable } from '../../errors.ts';
import { SWEEP } from '../../feed/names.ts';
import type { JsonObject } from '../../model/json.ts';
import { useWindowStart } from '../../policy/moves.ts';
import { applyPolicies } from './apply-policies.ts';
import { expire } from './expire.ts';
import { flushUses } from './flush-uses.ts';
import { forgetOld } from './forget-old.ts';
import { learn } from './learn.ts';
import { logQueries } from './log-queries.ts';
import { agedBefore, place } from './place.ts';
import { repairHot } from './repair-hot.ts';
import { SweepTally } from './report.ts';
import { LEASE_MS, type SweepPorts, type SweepRun, sweepRun } from './run.ts';
import { warm } from './warm.ts';

/** What a tenant may take at least, however many wait behind it. */
const TENANT_MS_MIN = 1_000;

/** Null where Redis does not answer: the rest of the sweep does not need it. */
async function withRedis<T>(run: SweepRun, step: (run: SweepRun) => Promise<T>): Promise<T | null> {
  try {
    return await step(run);
  } catch (error) {
    if (!(error instanceof EngineUnavailable && error.engine === 'redis')) throw error;
    run.ports.warn('the sweep goes on without Redis; its next run makes up for it', error);
    return null;
  }
}

async function sweepTenant(run: SweepRun): Promise<void> {
  const used = await withRedis(run, flushUses);
  await withRedis(run, learn);
  await withRedis(run, logQueries);
  await expire(run);
  // A policy that goes by uses must not judge, or even forget, by half of them.
  if (used !== null) await applyPolicies(run);
  await place(run);
  await withRedis(run, () => warm(run, used ?? []));
  await withRedis(run, repairHot);
  await forgetOld(run);
  if (!run.isCut()) return;
  const { catalog, rules } = run.ports;
  const now = run.now();
  run.tally.backlog += await catalog.countDue(run.tenantId, agedBefore(rules, now), useWindowStart(now), now);
}

/** A factory, so that a process has one identity for its leases. */
export function createSweep(ports: SweepPorts) {
  const owner = randomUUID();
  const { consumers } = ports;

  /** False where another sweep has the tenant. */
  async function underLease(tenantId: string, deadline: Date, tally: SweepTally): Promise<boolean> {
    if ((await consumers.acquire(SWEEP, tenantId, owner, LEASE_MS)) === null) return false;
    try {
      await sweepTenant(sweepRun(ports, { tenantId, owner, deadline, tally }));
      return true;
    } finally {
      // A wake mark keeps the lease; the one that left it comes again by its schedule.
      while (!(await consumers.release(SWEEP, tenantId, owner)));
    }
  }

  return {
    /** Begins with a tenant at random, so that a deadline does not always cut off the same ones. Throws, at the end, where a tenant failed. */
    async sweep(deadline: Date): Promise<JsonObject> {
      const startedMs = performance.now();
      const all = await consumers.tenants();
      const first = Math.floor(Math.random() * all.length);
      const tenants = [...all.slice(first), ...all.slice(0, first)];
      const tally = new SweepTally();
      const failures: unknown[] = [];
      let swept = 0;
      let heldElsewhere = 0;
      let left = tenants.length;
      for (const tenantId of tenants) {
        const leftMs = deadline.getTime() - Date.now();
        if (leftMs <= 0) break;
        const shareMs = Math.min(leftMs, Math.max(TENANT_MS_MIN, leftMs / left));
        left -= 1;
        try {
          const isSwept = await underLease(tenantId, new Date(Date.now() + shareMs), tally);
          if (isSwept) swept += 1;
          else heldElsewhere += 1;
        } catch (error) {
          ports.warn('the sweep of a tenant failed; the next run goes on with it', error);
          failures.push(error);
        }
      }
      const report = {
        tenants: { swept, held_elsewhere: heldElsewhere, failed: failures.length, left },
        ...tally.toJson(),
        duration_ms: Math.round(performance.now() - startedMs),
      };
      if (failures.length > 0) {
        throw new Error(`the sweep failed for ${failures.length} tenants: ${JSON.stringify(report)}`, {
          cause: failures[0],
        });
      }
      return report;
    },
  };
}
