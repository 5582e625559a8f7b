/** A sweep killed (-9) before and after every step that changes an engine: the next run leaves each memory in its tier, whole, once. */
import { fileURLToPath } from 'node:url';
import { bulkHot } from '@auren/memory/adapters.ts';
import { hotKeys } from '@auren/memory/keys.ts';
import type { MemoryDraft } from '@auren/memory/memory.ts';
import type { MemoryRecord } from '@auren/memory/model/memory.ts';
import type { RetentionCriteria } from '@auren/memory/policy/retention-policy.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daysAfter } from '../../support/clock.ts';
import { type Domain, domain } from '../../support/domain.ts';
import type { Order } from '../../support/dying-sweep.ts';
import { sharedEngines } from '../../support/engines.ts';
import { type MortalProcesses, mortalProcesses } from '../../support/mortal-process.ts';
import { recount } from '../../support/recount.ts';
import { eventCount, swept } from './tiers.ts';

let processes: MortalProcesses<Order>;
beforeAll(async () => {
  processes = await mortalProcesses<Order>(fileURLToPath(new URL('../../support/dying-sweep.ts', import.meta.url)));
});
afterAll(() => processes.stop());

/** Full at the beginning, one too few in the end: the weakest has to leave. */
const CAPACITY = '9';
const KILLS_MIN = 20;
const RISERS = ['riser1', 'riser2', 'riser3', 'riser4', 'riser5'];
const USES = 3;

interface Case extends Partial<MemoryDraft> {
  tier: MemoryRecord['tier'] | null;
  ageDays?: number;
  uses?: number;
}

/** What is there before the month, and where the sweep after it has to leave it. */
const BEFORE: Record<string, Case> = {
  aging: { tier: 'warm' },
  old: { tier: 'cold', ageDays: 340 },
  expiring: { tier: null, ttlSeconds: 60 },
  ...Object.fromEntries(RISERS.map((name) => [name, { tier: 'hot' as const, ageDays: 100, uses: USES }])),
  thawing: { tier: 'warm', ageDays: 730, uses: USES },
  visitor: { tier: 'warm', ageDays: 100 },
  pinned: { tier: 'hot', pinned: true },
  kept: { tier: 'hot', agentId: 'archivist', priority: 9 },
  released: { tier: 'cold', agentId: 'archivist', priority: 2 },
  forgotten: { tier: null, agentId: 'forgetter' },
};
const AFTER: Record<string, Case> = {
  strong: { tier: 'hot', priority: 10 },
  lost: { tier: 'hot', priority: 8 },
  weak: { tier: 'warm', priority: 0, confidence: 0, ageDays: 29 },
};
const CASES = { ...BEFORE, ...AFTER };
/** One of each move, end and mark; the visitor, what is pinned and what is strong enough have none. */
const EVENTS_OF_A_SWEEP = 8 + RISERS.length;

async function stored(d: Domain, cases: Record<string, Case>): Promise<MemoryRecord[]> {
  const drafts = Object.entries(cases).map(([name, { tier: _, uses: __, ageDays = 0, ...draft }]) => ({
    agentId: 'neuroscientist',
    type: 'fact' as const,
    content: { name },
    createdAt: daysAfter(d.clock.instant(), -ageDays),
    ...draft,
  }));
  return (await d.memory.storeBatch(d.caller(), drafts)).memories as MemoryRecord[];
}

async function govern(d: Domain, agentId: string, criteria: RetentionCriteria, onFail: 'archive' | 'forget') {
  const action = 'set_retention' as const;
  await d.memory.control(d.caller(), agentId, { action, criteria, onFail, simulate: false, queries: [] }, {});
}

/** A tenant for whose sweep there is something of everything to do. */
async function prepared(): Promise<{ d: Domain; names: Map<string, string> }> {
  const d = await domain(sharedEngines(), { settings: { AUREN_HOT_CAPACITY: CAPACITY } });
  await govern(d, 'archivist', { minPriority: 7 }, 'archive');
  await govern(d, 'forgetter', { maxAgeDays: 10 }, 'forget');
  const before = await stored(d, BEFORE);
  await d.drain();
  d.clock.advance({ days: 31 });
  const after = await stored(d, AFTER);
  await d.drain();
  const names = new Map([...before, ...after].map(({ id, content }) => [String(content.name), id]));
  const idOf = (name: string) => names.get(name) ?? '';
  const used = [...RISERS, 'thawing'].map(idOf);
  const hot = await bulkHot();
  for (let n = 0; n < USES; n += 1) await hot.used(d.tenantId, used, d.clock.instant());
  // Redis has lost what it should hold, and holds what it should not.
  const keys = hotKeys(d.tenantId);
  await d.redis.del(keys.record(idOf('lost')));
  await d.redis.zrem(keys.scores, idOf('lost'));
  const visitor = before.find(({ id }) => id === idOf('visitor'));
  if (visitor !== undefined) await hot.put(d.tenantId, [{ ...visitor, tier: 'hot', seq: 9 }]);
  return { d, names };
}

/** The lease of the dead runs out, the schedule comes again, and so do the consumers. */
async function recovered(d: Domain): Promise<void> {
  await d.sql('update auren.consumers set lease_until = now() where tenant_id = $1', [d.tenantId]);
  await swept(d, { ...d.ports, hot: await bulkHot() });
  await d.drain();
}

it('is finished by the next: each memory whole and once, in its tier; each use counted once, each event written once', async () => {
  let kills = 0;
  for (const moment of ['before', 'after'] as const) {
    for (let call = 1; ; call += 1) {
      const { d, names } = await prepared();
      const eventsBefore = await eventCount(d);
      const end = await processes.run({
        env: { ...process.env },
        tenantId: d.tenantId,
        now: d.clock.instant(),
        call,
        moment,
      });

      await recovered(d);

      const rows = await d.ports.catalog.find(d.tenantId, [...names.values()], 'none', d.clock.instant());
      const byId = new Map(rows.map((row) => [row.id, row]));
      const found = [...names].map(([name, id]) => [name, byId.get(id)?.tier ?? null, byId.get(id)?.accessCount ?? 0]);
      const should = Object.entries(CASES).map(([name, { tier, uses = 0 }]) => [name, tier, uses]);
      expect([moment, call, found]).toEqual([moment, call, should]);
      expect([moment, call, await recount(d)]).toEqual([moment, call, []]);
      expect([moment, call, (await eventCount(d)) - eventsBefore]).toEqual([moment, call, EVENTS_OF_A_SWEEP]);
      expect((await d.ports.hot.pendingUses(d.tenantId)).size).toBe(0);
      if (end !== 'SIGKILL') break;
      kills += 1;
    }
  }
  expect(kills).toBeGreaterThan(KILLS_MIN);
}, 900_000);
