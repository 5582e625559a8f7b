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
import { tenantsInTurn } from '../tenants-in-turn.ts';
import { underLease } from '../under-lease.ts';
import { applyPolicies, unmarkLeft } from './apply-policies.ts';
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
  await unmarkLeft(run);
  await place(run);
  await withRedis(run, () => warm(run, used ?? []));
  await withRedis(run, repairHot);
  await forgetOld(run);
  if (run.hasWritten()) await run.ports.poke.poke(run.tenantId);
  if (!run.isCut()) return;
  const { catalog, rules } = run.ports;
  const now = run.now();
  run.tally.backlog += await catalog.countDue(run.tenantId, agedBefore(rules, now), useWindowStart(now), now);
}

/** A factory, so that a process has one identity for its leases. */
export function createSweep(ports: SweepPorts) {
  const owner = randomUUID();

  return {
    /** Throws, at the end, where a tenant failed. */
    async sweep(deadline: Date): Promise<JsonObject> {
      const startedMs = performance.now();
      const tally = new SweepTally();
      const { counts, failures } = await tenantsInTurn(ports, deadline, async (tenantId, until) => {
        const lease = { name: SWEEP, tenantId, owner, leaseMs: LEASE_MS };
        const run = sweepRun(ports, { tenantId, owner, deadline: until, tally });
        return (await underLease(ports.consumers, lease, () => sweepTenant(run))) !== null;
      });
      const { done: swept, heldElsewhere, left } = counts;
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
