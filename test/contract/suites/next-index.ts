/** Contract of an index that is filled aside: nobody sees it before it is published, and then everybody sees it alone. */
import { describe, expect, it } from 'vitest';
import type { NextIndex, VectorIndex } from '../../../layers/memory/search/port.ts';
import type { ColdTier } from '../../../layers/memory/tiers/port.ts';
import { aMemory } from '../../support/builders.ts';
import { subject } from './subject.ts';

export interface NextIndexSubject {
  serving: { vectors: VectorIndex; cold: ColdTier };
  next: NextIndex;
  newTenant(): Promise<string>;
}

const VECTOR = Float32Array.from({ length: 64 }, (_, at) => (at === 0 ? 1 : 0));

export function describeNextIndexContract(name: string, make: () => Promise<NextIndexSubject>): void {
  const get = subject(make);
  const entry = () => ({ id: aMemory().id, seq: 1, partition: 'user:u1', vector: VECTOR });

  describe(name, () => {
    it('is not there until it is made, and then is empty', async () => {
      const { serving, newTenant } = get();
      const tenantId = await newTenant();

      const before = await serving.vectors.exists(tenantId);
      await serving.vectors.create(tenantId);
      await serving.vectors.create(tenantId);

      expect([before, await serving.vectors.exists(tenantId), await serving.vectors.count(tenantId)]).toEqual([
        false,
        true,
        0,
      ]);
    });

    it('is filled unseen, and takes the place of the one that serves, vectors and cold copies', async () => {
      const { serving, next, newTenant } = get();
      const tenantId = await newTenant();
      const [old, fresh] = [entry(), entry()];
      const frozen = aMemory({ id: fresh.id, tier: 'cold', userId: 'u1' });
      await serving.vectors.upsert(tenantId, [old]);
      await next.vectors.upsert(tenantId, [fresh]);
      await next.cold.put(tenantId, [frozen]);
      const unseen = await serving.vectors.page(tenantId, 0, 10);

      await next.publish(tenantId);

      expect(unseen).toEqual([old.id]);
      expect(await serving.vectors.page(tenantId, 0, 10)).toEqual([fresh.id]);
      expect((await serving.cold.get(tenantId, [fresh.id])).get(fresh.id)?.content).toEqual(frozen.content);
      expect(await next.vectors.exists(tenantId)).toBe(false);
    });

    it('comes in where nothing served, empty or not', async () => {
      const { serving, next, newTenant } = get();
      const tenantId = await newTenant();
      await next.vectors.create(tenantId);

      await next.publish(tenantId);

      expect([await serving.vectors.exists(tenantId), await serving.vectors.count(tenantId)]).toEqual([true, 0]);
    });

    it('is dropped alone, or with the one that serves; other tenants keep theirs', async () => {
      const { serving, next, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      for (const each of [tenantId, other]) {
        await serving.vectors.upsert(each, [entry()]);
        await next.vectors.upsert(each, [entry()]);
      }
      const there = async (each: string) => [await serving.vectors.exists(each), await next.vectors.exists(each)];

      await next.dropOthers(tenantId);
      const alone = await there(tenantId);
      await next.dropAll(tenantId);

      expect([alone, await there(tenantId), await there(other)]).toEqual([
        [true, false],
        [false, false],
        [true, true],
      ]);
    });

    it('gives its ids in pages', async () => {
      const { serving, newTenant } = get();
      const tenantId = await newTenant();
      const entries = [entry(), entry(), entry()];
      await serving.vectors.upsert(tenantId, entries);

      const paged = [...(await serving.vectors.page(tenantId, 0, 2)), ...(await serving.vectors.page(tenantId, 2, 2))];

      expect(paged.sort()).toEqual(entries.map(({ id }) => id).sort());
      expect(await serving.vectors.page(await newTenant(), 0, 2)).toEqual([]);
    });
  });
}
