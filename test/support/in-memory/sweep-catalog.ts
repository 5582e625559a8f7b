/** What the sweep reads from the catalog and counts in it, in memory. */
import type { CatalogRow, IdPage, SweepCatalog, UsedRow } from '../../../layers/memory/catalog/port.ts';
import type { Instant } from '../../../layers/memory/clock.ts';
import { AurenError } from '../../../layers/memory/errors.ts';
import { HIT_DAYS } from '../../../layers/memory/policy/prediction.ts';
import type { HourCounts } from '../../../layers/memory/tiers/port.ts';
import { daysAfter } from '../clock.ts';
import { livingRows, rowWith } from './rows.ts';
import { copyOf, isAlive, type Store, type TenantData } from './store.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function page<T extends { id: string }>(rows: T[], { afterId, limit }: IdPage): T[] {
  return rows
    .filter(({ id }) => afterId === null || id > afterId)
    .sort((a, b) => byText(a.id, b.id))
    .slice(0, limit);
}

function countHours(data: TenantData, id: string, hours: HourCounts): void {
  const record = data.rows.get(id)?.record;
  for (const [hour, count] of Object.entries(hours)) {
    const name = JSON.stringify([record?.userId ?? '', record?.agentId, record?.type, Number(hour)]);
    data.accessPatterns.set(name, (data.accessPatterns.get(name) ?? 0) + count);
  }
}

function hitPredictions(data: TenantData, id: string, uses: readonly Instant[]): void {
  for (const prediction of data.predictions.filter((one) => one.id === id && one.hitAt === null)) {
    prediction.hitAt = uses.find((at) => at > prediction.at && at <= daysAfter(prediction.at, HIT_DAYS)) ?? null;
  }
}

export function inMemorySweepReads(store: Store): SweepCatalog {
  const used = (tenantId: string, row: CatalogRow): UsedRow => ({
    ...row,
    recentUses: [...(store.of(tenantId).usage.get(row.id)?.recent ?? [])],
  });
  const expired = (tenantId: string, now: Instant) => {
    const data = store.of(tenantId);
    return [...data.rows.values()]
      .filter(({ record }) => !isAlive(record, now))
      .map((row) => rowWith(data, row, 'any'));
  };
  const agedRows = (tenantId: string, before: { hot: Instant; warm: Instant }, now: Instant) =>
    livingRows(store, tenantId, now)
      .filter(
        ({ pinned, tier, createdAt }) =>
          !pinned && ((tier === 'hot' && createdAt <= before.hot) || (tier === 'warm' && createdAt <= before.warm)),
      )
      .map((row) => used(tenantId, row));
  const muchUsedRows = (tenantId: string, since: Instant, now: Instant) =>
    livingRows(store, tenantId, now)
      .map((row) => used(tenantId, row))
      .filter(({ pinned, tier, tierSince, recentUses: [, , third] }) => {
        return !pinned && tier !== 'hot' && third !== undefined && third > since && third > tierSince;
      });

  return {
    expired: async (tenantId, limit, now) =>
      expired(tenantId, now)
        .sort((a, b) => byText(a.expiresAt ?? '', b.expiresAt ?? '') || byText(a.id, b.id))
        .slice(0, limit),
    aged: async (tenantId, before, asked, now) => page(agedRows(tenantId, before, now), asked),
    muchUsed: async (tenantId, since, asked, now) => page(muchUsedRows(tenantId, since, now), asked),
    hotRows: async (tenantId, asked, now) =>
      page(
        livingRows(store, tenantId, now).filter(({ tier }) => tier === 'hot'),
        asked,
      ),
    countDue: async (tenantId, before, since, now) =>
      expired(tenantId, now).length +
      agedRows(tenantId, before, now).length +
      muchUsedRows(tenantId, since, now).length,
    leftMarked: async (tenantId, limit, now) =>
      livingRows(store, tenantId, now)
        .filter(({ agentId, retainedBy }) => retainedBy !== null && !store.of(tenantId).policies.has(agentId))
        .map(({ id }) => id)
        .slice(0, limit),
    policies: async (tenantId) =>
      copyOf([...store.of(tenantId).policies])
        .map(([agentId, policy]) => ({ agentId, policy }))
        .sort((a, b) => byText(a.agentId, b.agentId)),

    async lastFlush(tenantId) {
      const { flush, usage } = store.of(tenantId);
      if (flush === null) return null;
      const uses = flush.uses.map(({ id, count, hours }) => {
        return [id, { count, total: usage.get(id)?.count ?? 0, ...(hours && { hours }) }] as const;
      });
      return { id: flush.id, previous: flush.previous, uses: new Map(uses) };
    },

    async countUses(tenantId, { id: flush, previous, uses }) {
      const data = store.of(tenantId);
      if (data.flush !== null && data.flush.id !== previous) {
        throw new AurenError('conflict', 'Another sweep has counted uses meanwhile.');
      }
      data.flush = copyOf({ id: flush, previous, uses });
      for (const { id, count, recent, hours = {} } of uses.filter((use) => data.rows.has(use.id))) {
        countHours(data, id, hours);
        hitPredictions(data, id, recent);
        const before = data.usage.get(id);
        const latest = [...recent, ...(before?.recent ?? [])].sort((a, b) => byText(b, a)).slice(0, 3);
        data.usage.set(id, {
          count: (before?.count ?? 0) + count,
          lastAt: latest[0] ?? before?.lastAt ?? '',
          recent: latest,
        });
      }
    },
  };
}
