/** The catalog in memory: reads the rows that the log's commits wrote. */
import type { Catalog, CatalogRow, ListOrder, ListQuery } from '../../../layers/memory/catalog/port.ts';
import type { JsonObject } from '../../../layers/memory/model/json.ts';
import { partitionKey } from '../../../layers/memory/search/partition-vector.ts';
import { statsOf, tiersOf } from './catalog-stats.ts';
import { pageOf, type SortKey } from './paging.ts';
import { livingRows, pastRecords, rowWith, visibleRows } from './rows.ts';
import { copyOf, isAlive, nameOfKey, type Store } from './store.ts';
import { inMemorySweepReads } from './sweep-catalog.ts';

const OF_AGENT_MAX = 100_000;

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

export function inMemoryCatalog(store: Store): Catalog {
  return {
    ...inMemorySweepReads(store),

    find: async (tenantId, ids, content, now) =>
      livingRows(store, tenantId, now, content).filter(({ id }) => ids.includes(id)),

    // The one read that also finds what has expired and was not swept: it still holds its key.
    async findByKey(tenantId, keys) {
      const data = store.of(tenantId);
      const names = new Set(keys.map(nameOfKey));
      const found = [...data.rows.values()].filter(({ record }) => record.key !== null && names.has(nameOfKey(record)));
      return found.map((row) => rowWith(data, row, 'any'));
    },

    async list(caller, query, now) {
      const all: CatalogRow[] =
        query.asOf === undefined
          ? visibleRows(store, caller, now, 'any')
          : pastRecords(store, caller, query.asOf).filter((record) => isAlive(record, query.asOf ?? now));
      const rows = all.filter((row) => isListed(row, query));
      const { sign, keyOf } = orderOf(query.order);
      return pageOf(rows.map(withContent), query, keyOf, sign);
    },

    findAsOf: async (caller, ids, asOf) => pastRecords(store, caller, asOf).filter(({ id }) => ids.includes(id)),

    ofAgent: async (tenantId, agentId, now) =>
      livingRows(store, tenantId, now)
        .filter((row) => row.agentId === agentId)
        .slice(0, OF_AGENT_MAX),

    hotPage: async (tenantId, afterId, limit, now) =>
      livingRows(store, tenantId, now, 'any')
        .filter(({ tier, id }) => tier === 'hot' && (afterId === null || id > afterId))
        .sort((a, b) => byText(a.id, b.id))
        .slice(0, limit),

    stats: async (caller, filter, now) => statsOf(store, caller, filter, now),

    async agents(caller, page, now) {
      const rows = visibleRows(store, caller, now);
      const ids = [...new Set(rows.map(({ agentId }) => agentId))].sort(byText);
      const summaries = ids.map((id) => {
        const own = rows.filter(({ agentId }) => agentId === id);
        const instants = own.flatMap(({ updatedAt, lastAccessedAt }) => [updatedAt, lastAccessedAt ?? updatedAt]);
        const lastActiveAt = instants.sort(byText).at(-1) ?? null;
        return { id, total: own.length, tiers: tiersOf(own), lastActiveAt };
      });
      return pageOf(summaries, page, ({ id }) => [id]);
    },

    policy: async (tenantId, agentId) => copyOf(store.of(tenantId).policies.get(agentId) ?? null),

    async dropWarmCopies(tenantId, marks) {
      for (const { id, seq } of marks) {
        const row = store.of(tenantId).rows.get(id);
        if (row && row.record.tier === 'cold' && row.record.seq === seq) row.content = null;
      }
    },

    async recentPartitions(caller, limit, now) {
      const recent = visibleRows(store, caller, now).sort((a, b) => byText(b.createdAt, a.createdAt));
      return [...new Set(recent.map(partitionKey))].slice(0, limit);
    },
  };
}

function withContent(row: CatalogRow): CatalogRow & { content: JsonObject } {
  if (row.content === null) throw new Error(`${row.id} is listed and has no content in the log`);
  return { ...row, content: row.content };
}

function isListed(row: CatalogRow, query: ListQuery): boolean {
  const same = <T>(wanted: T | undefined, value: T) => wanted === undefined || wanted === value;
  return (
    same<string | null>(query.userId, row.userId) &&
    same(query.agentId, row.agentId) &&
    same<string | null>(query.spaceId, row.spaceId) &&
    same<string | null>(query.key, row.key) &&
    same(query.type, row.type) &&
    same(query.tier, row.tier) &&
    Object.entries(query.metadata ?? {}).every(([name, value]) => row.metadata[name] === value) &&
    (query.createdAfter === undefined || row.createdAt > query.createdAfter) &&
    (query.createdBefore === undefined || row.createdAt < query.createdBefore)
  );
}

const SORTED_BY = { created_at: 'createdAt', updated_at: 'updatedAt', priority: 'priority' } as const;

/** Equal values are told apart by id, in the same direction. */
function orderOf(order: ListOrder): { sign: 1 | -1; keyOf: (row: CatalogRow) => SortKey } {
  const field = SORTED_BY[order.replace('-', '') as keyof typeof SORTED_BY];
  return { sign: order.startsWith('-') ? -1 : 1, keyOf: (row) => [row[field], row.id] };
}
