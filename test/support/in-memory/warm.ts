/** The warm tier in memory: the content in the catalog's own row, so a copy goes with its row's seq. */
import type { Tier } from '../../../layers/memory/tiers/port.ts';
import { copyOf, type Store } from './store.ts';

export function inMemoryWarmTier(store: Store): Tier {
  const copies = (tenantId: string) =>
    [...store.of(tenantId).rows.values()].flatMap(({ record: { id, seq }, content }) =>
      content === null ? [] : [{ id, seq, content }],
    );
  return {
    name: 'warm',
    async put(tenantId, records) {
      for (const { id, seq, content } of records) {
        const row = store.of(tenantId).rows.get(id);
        if (row?.record.seq === seq) row.content = copyOf(content);
      }
    },
    async get(tenantId, ids) {
      const found = copies(tenantId).filter(({ id }) => ids.includes(id));
      return new Map(found.map((copy) => [copy.id, copyOf(copy)]));
    },
    async remove(tenantId, marks) {
      for (const { id, seq } of marks) {
        const row = store.of(tenantId).rows.get(id);
        if (row && row.record.seq <= seq) row.content = null;
      }
    },
    count: async (tenantId) => copies(tenantId).length,
  };
}
