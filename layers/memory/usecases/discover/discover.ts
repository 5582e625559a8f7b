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
    /** Begins with a tenant at random, so that a deadline does not always cut off the same ones. Throws, at the end, where a tenant failed. */
    async discoverAll(deadline: Date): Promise<JsonObject> {
      const startedMs = performance.now();
      const all = await ports.consumers.tenants();
      const first = Math.floor(Math.random() * all.length);
      const tenants = { discovered: 0, held_elsewhere: 0, failed: 0, left: all.length };
      const sums = { found: 0, new: 0, changed: 0, dropped: 0, insights: 0 };
      let failure: unknown;
      for (const tenantId of [...all.slice(first), ...all.slice(0, first)]) {
        if (Date.now() >= deadline.getTime()) break;
        tenants.left -= 1;
        try {
          const run = await ofTenant(tenantId);
          if (run === null) tenants.held_elsewhere += 1;
          else {
            tenants.discovered += 1;
            for (const [name, count] of Object.entries(run.done.counts)) sums[name as keyof typeof sums] += count;
          }
        } catch (error) {
          ports.warn('discovery failed for a tenant; the next run looks again', error);
          tenants.failed += 1;
          failure = error;
        }
      }
      const { insights, ...patterns } = sums;
      const report = { tenants, patterns, insights, duration_ms: Math.round(performance.now() - startedMs) };
      if (tenants.failed === 0) return report;
      throw new Error(`discovery failed for ${tenants.failed} tenants: ${JSON.stringify(report)}`, { cause: failure });
    },
  };
}
