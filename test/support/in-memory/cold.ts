/** The cold tier in memory: compressed copies by seq. */
import { brotliCompressSync } from 'node:zlib';
import type { ColdTier, Copy } from '../../../layers/memory/tiers/port.ts';
import { copyOf } from './store.ts';

export type ColdCopies = Map<string, Map<string, Copy>>;

/** `tenants` lets the copies of another take the place of these. */
export function inMemoryColdTier(tenants: ColdCopies = new Map()): ColdTier {
  const of = (tenantId: string): Map<string, Copy> => {
    const found = tenants.get(tenantId) ?? new Map<string, Copy>();
    tenants.set(tenantId, found);
    return found;
  };
  return {
    name: 'cold',
    async put(tenantId, records) {
      for (const { id, seq, content } of records) {
        if ((of(tenantId).get(id)?.seq ?? 0) <= seq) of(tenantId).set(id, copyOf({ id, seq, content }));
      }
    },
    async get(tenantId, ids) {
      const found = ids.map((id) => of(tenantId).get(id)).filter((copy) => copy !== undefined);
      return new Map(found.map((copy) => [copy.id, copyOf(copy)]));
    },
    async remove(tenantId, marks) {
      for (const { id, seq } of marks) {
        if ((of(tenantId).get(id)?.seq ?? 0) <= seq) of(tenantId).delete(id);
      }
    },
    count: async (tenantId) => of(tenantId).size,
    async stats(tenantId) {
      const texts = [...of(tenantId).values()].map(({ content }) => Buffer.from(JSON.stringify(content)));
      const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0);
      return {
        count: texts.length,
        bytes: sum(texts.map((text) => brotliCompressSync(text).length)),
        plainBytes: sum(texts.map((text) => text.length)),
      };
    },
  };
}
