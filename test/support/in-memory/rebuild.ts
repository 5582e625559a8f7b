/** What a rebuild reads and repairs, in memory; and an index that is filled aside. */
import type { CatalogRepair } from '../../../layers/memory/catalog/repair.ts';
import type { LogReplay } from '../../../layers/memory/log/replay.ts';
import { ENDING_EVENTS, type LogEvent } from '../../../layers/memory/model/event.ts';
import { canonicalJson } from '../../../layers/memory/model/json.ts';
import type { NextIndex } from '../../../layers/memory/search/port.ts';
import { type ColdCopies, inMemoryColdTier } from './cold.ts';
import { rowWith } from './rows.ts';
import { copyOf, type Store, type StoredRow } from './store.ts';
import { type IndexedVectors, inMemoryVectorIndex } from './vectors.ts';

const byStream = (a: LogEvent, b: LogEvent) =>
  a.streamId === b.streamId ? a.seq - b.seq : a.streamId < b.streamId ? -1 : 1;

export function inMemoryReplay(store: Store): LogReplay & { epochs: number } {
  return {
    epochs: 0,
    async page(tenantId, after, limit) {
      const sorted = [...store.of(tenantId).events].sort(byStream);
      const from = after === null ? 0 : sorted.findIndex((event) => byStream(event, { ...event, ...after }) > 0);
      return from < 0 ? [] : copyOf(sorted.slice(from, from + limit));
    },
    count: async (tenantId) => store.of(tenantId).events.length,
    async newEpoch() {
      this.epochs += 1;
    },
    // There are no transactions here that a reader would wait for.
    admit: async () => {},
  };
}

const same = (a: unknown, b: unknown) => canonicalJson(a ?? null) === canonicalJson(b ?? null);

export function inMemoryRepair(store: Store): CatalogRepair {
  const headOf = (tenantId: string, stream: string) =>
    store
      .of(tenantId)
      .events.filter(({ streamId }) => streamId === stream)
      .sort(byStream)
      .at(-1);
  const isNewest = (tenantId: string, stream: string, seq: number) => (headOf(tenantId, stream)?.seq ?? 0) <= seq;
  const hasEnded = (tenantId: string, id: string) => {
    const head = headOf(tenantId, id);
    return head === undefined || ENDING_EVENTS.some((type) => type === head.type);
  };
  /** Replaces what differs, and answers how many did. */
  const replace = <T>(map: Map<string, T>, values: readonly (readonly [string, T])[]): number => {
    const different = values.filter(([id, value]) => !same(map.get(id), value));
    for (const [id, value] of different) map.set(id, copyOf(value));
    return different.length;
  };
  const drop = (map: Map<string, unknown>, ids: readonly string[]) => ids.filter((id) => map.delete(id)).length;

  const ended = (tenantId: string, ids: readonly string[]) =>
    ids.filter((id) => store.of(tenantId).rows.has(id) && hasEnded(tenantId, id));

  return {
    async rows(tenantId, ids) {
      const data = store.of(tenantId);
      const found = ids.map((id) => data.rows.get(id)).filter((row) => row !== undefined);
      return found.map((row) => copyOf({ ...rowWith(data, row, 'none'), content: row.content }));
    },
    ids: async (tenantId, afterId, limit) =>
      [...store.of(tenantId).rows.keys()]
        .sort()
        .filter((id) => id > (afterId ?? ''))
        .slice(0, limit),
    count: async (tenantId) => store.of(tenantId).rows.size,
    async restore(tenantId, records) {
      const { rows } = store.of(tenantId);
      const newest = records.filter(({ id, seq }) => isNewest(tenantId, id, seq));
      return replace(
        rows,
        newest.map(({ content, ...record }): [string, StoredRow] => {
          const isGone = record.tier === 'cold' && rows.get(record.id)?.content === null;
          const isKept = (record.tier !== 'hot' || record.dualStored) && !isGone;
          return [record.id, { record, content: isKept ? content : null }];
        }),
      );
    },
    ended: async (tenantId, ids) => ended(tenantId, ids),
    async removeEnded(tenantId, ids) {
      const gone = ended(tenantId, ids);
      drop(store.of(tenantId).usage, gone);
      return drop(store.of(tenantId).rows, gone);
    },
    restoreSpaces: async (tenantId, spaces) =>
      replace(
        store.of(tenantId).spaces,
        spaces.filter(({ id, seq }) => isNewest(tenantId, `space:${id}`, seq)).map((space) => [space.id, space]),
      ),
    async removeSpaces(tenantId, keep) {
      const { spaces } = store.of(tenantId);
      const isLeft = (id: string) => headOf(tenantId, `space:${id}`)?.type ?? 'space.deleted';
      return drop(
        spaces,
        [...spaces.keys()].filter((id) => !keep.includes(id) && isLeft(id) === 'space.deleted'),
      );
    },
    async restorePolicies(tenantId, policies) {
      const standing = store.of(tenantId).policies;
      const stale = [...standing.keys()].filter(
        (agentId) => headOf(tenantId, `policy:${agentId}`)?.type !== 'policy.set',
      );
      const newest = policies.filter(({ agentId, seq }) => isNewest(tenantId, `policy:${agentId}`, seq));
      return (
        drop(standing, stale) +
        replace(
          standing,
          newest.map(({ agentId, policy }) => [agentId, policy]),
        )
      );
    },
  };
}

export function inMemoryNextIndex(serving: { vectors: IndexedVectors; cold: ColdCopies }): NextIndex {
  const aside = { vectors: new Map() as IndexedVectors, cold: new Map() as ColdCopies };
  const drop = (tenantId: string) => {
    for (const kept of [aside.vectors, aside.cold]) kept.delete(tenantId);
  };
  return {
    vectors: inMemoryVectorIndex(aside.vectors),
    cold: inMemoryColdTier(aside.cold),
    async publish(tenantId) {
      const [vectors, cold] = [aside.vectors.get(tenantId), aside.cold.get(tenantId)];
      if (vectors === undefined) throw new Error('there is no index to publish');
      serving.vectors.set(tenantId, vectors);
      serving.cold.set(tenantId, cold ?? new Map());
      drop(tenantId);
    },
    dropOthers: async (tenantId) => drop(tenantId),
    async dropAll(tenantId) {
      drop(tenantId);
      serving.vectors.delete(tenantId);
      serving.cold.delete(tenantId);
    },
  };
}
