/** Discovery: by request over what a key may read, by schedule over each tenant in turn. */
import { randomUUID } from 'node:crypto';
import { instant } from '../../clock.ts';
import { AurenError } from '../../errors.ts';
import { DISCOVERY } from '../../feed/names.ts';
import { contextFor } from '../../log/change.ts';
import type { AurenMemory } from '../../memory.ts';
import type { Caller } from '../../model/caller.ts';
import type { JsonObject } from '../../model/json.ts';
import { MIN_CLUSTER_SIZE, MIN_SIMILARITY } from '../../model/pattern.ts';
import { earlierReply } from '../idempotent.ts';
import { tenantsInTurn } from '../tenants-in-turn.ts';
import { underLease } from '../under-lease.ts';
import { shownTo } from './list.ts';
import { type DiscoverPorts, discoverIn, fromReply, LEASE_MS } from './run.ts';

export function createDiscovery(ports: DiscoverPorts): Pick<AurenMemory, 'discover'> {
  /** The patterns of the first answer, as they stand now. */
  async function again(caller: Caller, ids: readonly string[]) {
    const { items } = await shownTo(ports, caller, { ids, limit: ids.length }, instant(ports.clock.now()));
    return { patterns: items.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)), replayed: true };
  }

  return {
    async discover(caller, query, idempotency) {
      const { tenantId } = caller;
      const context = contextFor(ports, caller, instant(ports.clock.now()));
      const earlier = await earlierReply(ports.log, tenantId, idempotency, context.now);
      if (earlier !== null) return await again(caller, fromReply(earlier.body));
      const lease = { name: DISCOVERY, tenantId, owner: randomUUID(), leaseMs: LEASE_MS };
      const run = await underLease(ports.consumers, lease, () =>
        discoverIn(ports, caller, context, query, idempotency),
      );
      if (run === null) {
        throw new AurenError(
          'in_progress',
          'Patterns of this tenant are being looked for right now; try again in some seconds.',
        );
      }
      const { patterns, repeated } = run.done;
      return repeated === null ? { patterns, replayed: false } : await again(caller, repeated);
    },
  };
}

const BY_SCHEDULE = 'discover-patterns';
/** What 2,000 memories take: no tenant is begun that could not be finished. */
const TENANT_MS = 5_000;

/** Whoever reads the whole tenant. */
const everything = (tenantId: string): Caller => ({
  tenantId,
  keyId: BY_SCHEDULE,
  scopes: ['admin'],
  agentId: null,
  spaceRoles: {},
  requestId: BY_SCHEDULE,
});

/** A factory, so that a process has one identity for its leases. */
export function createScheduledDiscovery(ports: DiscoverPorts & { patternInsights: boolean }) {
  const owner = randomUUID();
  const query = {
    minClusterSize: MIN_CLUSTER_SIZE,
    minSimilarity: MIN_SIMILARITY,
    storeInsights: ports.patternInsights,
  };

  const ofTenant = (tenantId: string) =>
    underLease(ports.consumers, { name: DISCOVERY, tenantId, owner, leaseMs: LEASE_MS }, () => {
      const caller = everything(tenantId);
      const context = { ...contextFor(ports, caller, instant(ports.clock.now())), actor: `system:${BY_SCHEDULE}` };
      return discoverIn(ports, caller, context, query);
    });

  return {
    /** Throws, at the end, where a tenant failed. */
    async discoverAll(deadline: Date): Promise<JsonObject> {
      const startedMs = performance.now();
      const sums = { found: 0, new: 0, changed: 0, dropped: 0, insights: 0 };
      const lastBegin = new Date(deadline.getTime() - TENANT_MS);
      const { counts, failures } = await tenantsInTurn(ports, lastBegin, async (tenantId) => {
        const run = await ofTenant(tenantId);
        for (const [name, count] of Object.entries(run?.done.counts ?? {})) sums[name as keyof typeof sums] += count;
        return run !== null;
      });
      const { done: discovered, heldElsewhere, left } = counts;
      const { insights, ...patterns } = sums;
      const report = {
        tenants: { discovered, held_elsewhere: heldElsewhere, failed: failures.length, left },
        patterns,
        insights,
        duration_ms: Math.round(performance.now() - startedMs),
      };
      if (failures.length > 0) {
        throw new Error(`discovery failed for ${failures.length} tenants: ${JSON.stringify(report)}`, {
          cause: failures[0],
        });
      }
      return report;
    },
  };
}
