/** Contract of every tier: whole copies, guarded by seq, each tenant apart. One suite for hot, warm and cold. */
import { describe, expect, it } from 'vitest';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { Tier } from '../../../layers/memory/tiers/port.ts';
import { aMemory } from '../../support/builders.ts';
import { idsOf, subject } from './subject.ts';

export interface TierSubject {
  tier: Tier;
  newTenant(): Promise<string>;
  /** What the commit does before a copy is written: warm copies go into the catalog's row, which has to be at that seq. */
  committed(tenantId: string, records: readonly MemoryRecord[]): Promise<void>;
}

const MANY = 250;

const copyOf = ({ id, seq, content }: MemoryRecord) => ({ id, seq, content });

const CONTENTS: [string, MemoryRecord['content']][] = [
  ['nothing', {}],
  [
    'every kind of value',
    { text: 'a', n: -1.5e-7, yes: true, no: false, nothing: null, list: [1, [2, {}]], deep: { deeper: {} } },
  ],
  [
    'letters of many scripts',
    { ключ: 'žluťoučký', ja: '日本語', ar: 'مرحبا', emoji: '🧠👩‍🔬', escapes: '\\ " \' \n \t \u2028' },
  ],
  [
    'what looks like syntax',
    { sql: "'; drop table memories; --", lua: ']]..redis.call("FLUSHALL")..[[', nil: 'nil', empty: '' },
  ],
  ['16 KB of incompressible text', { text: noise(16_000) }],
  ['16 KB of one letter', { text: 'x'.repeat(16_300) }],
];

/** Text that does not compress well: the same on every run. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 58));
  }).join('');
}

export function describeTierContract(name: string, make: () => Promise<TierSubject>): void {
  const get = subject(make);

  async function holding(...records: MemoryRecord[]) {
    const { tier, newTenant, committed } = get();
    const tenantId = await newTenant();
    await committed(tenantId, records);
    await tier.put(tenantId, records);
    const supersede = async (record: MemoryRecord) => {
      const next = { ...record, seq: record.seq + 1, content: { text: 'newer' } };
      await committed(tenantId, [next]);
      return next;
    };
    return { tier, tenantId, supersede };
  }

  describe(`${name}: put and get`, () => {
    it.each(CONTENTS)('gives back %s as it was', async (_, content) => {
      const memory = aMemory({ content });
      const { tier, tenantId } = await holding(memory);

      const found = await tier.get(tenantId, [memory.id]);

      expect(found).toEqual(new Map([[memory.id, copyOf(memory)]]));
    });

    it('leaves out what is not there', async () => {
      const memory = aMemory();
      const { tier, tenantId } = await holding(memory);

      const found = await tier.get(tenantId, ['mem_absent', memory.id]);

      expect([...found.keys()]).toEqual([memory.id]);
      expect(await tier.get(tenantId, [])).toEqual(new Map());
    });

    it('holds many', async () => {
      const memories = Array.from({ length: MANY }, (_, n) => aMemory({ content: { n } }));
      const { tier, tenantId } = await holding(...memories);

      const found = await tier.get(tenantId, idsOf(memories));

      expect(found.size).toBe(MANY);
      for (const memory of memories) expect(found.get(memory.id)).toEqual(copyOf(memory));
      expect(await tier.count(tenantId)).toBe(MANY);
    });

    it('is the same after the same put again', async () => {
      const memory = aMemory();
      const { tier, tenantId } = await holding(memory);

      await tier.put(tenantId, [memory]);

      expect(await tier.get(tenantId, [memory.id])).toEqual(new Map([[memory.id, copyOf(memory)]]));
      expect(await tier.count(tenantId)).toBe(1);
    });

    it('takes nothing at all without complaint', async () => {
      const { tier, tenantId } = await holding();

      await tier.put(tenantId, []);
      await tier.remove(tenantId, []);

      expect(await tier.count(tenantId)).toBe(0);
    });
  });

  describe(`${name}: seq`, () => {
    it('lets the higher one win, however late the lower one comes', async () => {
      const memory = aMemory();
      const { tier, tenantId, supersede } = await holding(memory);
      const next = await supersede(memory);
      await tier.put(tenantId, [next]);

      await tier.put(tenantId, [memory]);

      expect(await tier.get(tenantId, [memory.id])).toEqual(new Map([[memory.id, copyOf(next)]]));
      expect(await tier.count(tenantId)).toBe(1);
    });

    it('decides for each memory of a put on its own', async () => {
      const [one, two] = [aMemory(), aMemory()];
      const { tier, tenantId, supersede } = await holding(one, two);
      const next = await supersede(one);
      await tier.put(tenantId, [next]);
      const nextOfTwo = await supersede(two);

      await tier.put(tenantId, [one, nextOfTwo]);

      const found = await tier.get(tenantId, [one.id, two.id]);
      expect([found.get(one.id)?.seq, found.get(two.id)?.seq]).toEqual([2, 2]);
    });
  });

  describe(`${name}: remove`, () => {
    it('takes copies up to the given seq, and no others', async () => {
      const [gone, stays] = [aMemory(), aMemory()];
      const { tier, tenantId } = await holding(gone, stays);

      await tier.remove(tenantId, [{ id: gone.id, seq: 1 }]);

      expect([...(await tier.get(tenantId, [gone.id, stays.id])).keys()]).toEqual([stays.id]);
      expect(await tier.count(tenantId)).toBe(1);
    });

    it('leaves a copy that is newer than the mark', async () => {
      const memory = aMemory();
      const { tier, tenantId, supersede } = await holding(memory);
      const next = await supersede(memory);
      await tier.put(tenantId, [next]);

      await tier.remove(tenantId, [{ id: memory.id, seq: 1 }]);

      expect((await tier.get(tenantId, [memory.id])).get(memory.id)?.seq).toBe(2);
    });

    it('is the same again, and of what was never there', async () => {
      const memory = aMemory();
      const { tier, tenantId } = await holding(memory);
      const marks = [
        { id: memory.id, seq: 1 },
        { id: 'mem_absent', seq: 1 },
      ];

      await tier.remove(tenantId, marks);
      await tier.remove(tenantId, marks);

      expect(await tier.count(tenantId)).toBe(0);
    });

    it('lets a newer copy in again', async () => {
      const memory = aMemory();
      const { tier, tenantId, supersede } = await holding(memory);
      await tier.remove(tenantId, [{ id: memory.id, seq: 1 }]);
      const next = await supersede(memory);

      await tier.put(tenantId, [next]);

      expect(await tier.get(tenantId, [memory.id])).toEqual(new Map([[memory.id, copyOf(next)]]));
      expect(await tier.count(tenantId)).toBe(1);
    });
  });

  describe(`${name}: tenants`, () => {
    it('see, count and remove nothing of each other, even under equal ids', async () => {
      const memory = aMemory({ content: { of: 'first' } });
      const first = await holding(memory);
      const second = await holding({ ...memory, content: { of: 'second' } });

      await second.tier.remove(second.tenantId, [{ id: memory.id, seq: 9 }]);

      expect((await first.tier.get(first.tenantId, [memory.id])).get(memory.id)?.content).toEqual({ of: 'first' });
      expect(await first.tier.count(first.tenantId)).toBe(1);
      expect(await second.tier.count(second.tenantId)).toBe(0);
    });
  });
}
