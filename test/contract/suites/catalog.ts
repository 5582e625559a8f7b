/** Contract of the catalog: what is read by id, by key, by agent, and where the content comes from. */
import { describe, expect, it } from 'vitest';
import { aCaller, aMemory, ended, moved, stored, updated } from '../../support/builders.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import { memoryIds } from '../../support/ids.ts';
import type { LogSubject } from './commit.ts';
import { commitAll, idsOf, subject } from './subject.ts';

export function describeCatalogContract(name: string, make: () => Promise<LogSubject>): void {
  const get = subject(make);

  describe(`${name}: content of a find`, () => {
    it('none: brings no content along', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const [record] = await commitAll(log, [stored(tenantId, aMemory({ tier: 'warm' }))]);

      const rows = await catalog.find(tenantId, [record?.id ?? ''], 'none', NOON);

      expect(rows).toEqual([{ ...record, content: null }]);
    });

    it.each([
      ['warm', { tier: 'warm' }],
      ['dual-stored', { tier: 'hot', dualStored: true }],
      ['hot, from the log', { tier: 'hot' }],
    ] as const)('tier: brings the content of what is %s', async (_, placed) => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const [record] = await commitAll(log, [stored(tenantId, aMemory(placed))]);

      const rows = await catalog.find(tenantId, [record?.id ?? ''], 'tier', NOON);

      expect(rows).toEqual([record]);
    });

    it('tier: leaves the content of cold memories to the cold tier; any: takes it from the log', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const hot = stored(tenantId, aMemory());
      const cold = moved(tenantId, hot.record, 'cold', 'agent');
      await commitAll(log, [hot, cold]);

      const [inTier] = await catalog.find(tenantId, [hot.record.id], 'tier', NOON);
      const [anywhere] = await catalog.find(tenantId, [hot.record.id], 'any', NOON);

      expect(inTier?.content).toBeNull();
      expect(anywhere).toEqual(cold.record);
    });

    it('brings the content of the last change, also after changes of something else', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const first = stored(tenantId, aMemory());
      const second = updated(tenantId, first.record, { content: { text: 'second' } });
      const third = updated(tenantId, second.record, { priority: 1 });
      await commitAll(log, [first, second, third]);

      const [row] = await catalog.find(tenantId, [first.record.id], 'tier', NOON);

      expect(row).toEqual({ ...third.record, content: { text: 'second' }, contentSeq: 2 });
    });

    it('gives back odd content unchanged', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const content = {
        'ключ "1"': ['日本語', '🧠', '\\', '\n\t', "'; --", { deep: [null, true, -0.5, 1e21] }],
        empty: {},
      };
      const [record] = await commitAll(log, [stored(tenantId, aMemory({ tier: 'warm', content }))]);

      const [row] = await catalog.find(tenantId, [record?.id ?? ''], 'any', NOON);

      expect(row?.content).toEqual(content);
    });
  });

  describe(`${name}: what is there`, () => {
    it('finds several, leaving out what is unknown, ended or another tenant’s', async () => {
      const { log, catalog, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const [one, two, gone] = [1, 2, 3].map(() => stored(tenantId, aMemory()));
      const foreign = stored(other, aMemory());
      if (!one || !two || !gone) throw new Error('three memories are needed');
      await commitAll(log, [one, two, gone, foreign, ended(tenantId, gone.record)]);
      const asked = [one, two, gone, foreign].map(({ record }) => record.id);

      const rows = await catalog.find(tenantId, [...asked, 'mem_absent'], 'none', NOON);

      expect(idsOf(rows).sort()).toEqual([one.record.id, two.record.id].sort());
      expect(await catalog.find(tenantId, [], 'any', NOON)).toEqual([]);
    });

    it('has nothing any more at the instant of expiry, swept or not, in any read but that by key', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const caller = aCaller(tenantId);
      const memory = aMemory({ key: 'k', userId: 'u1', expiresAt: secondsAfter(NOON, 60) });
      await log.commit(stored(tenantId, memory).commit);
      const reads = async (now: string) => [
        (await catalog.find(tenantId, [memory.id], 'any', now)).length,
        (await catalog.list(caller, { order: 'created_at', limit: 10 }, now)).items.length,
        (await catalog.ofAgent(tenantId, memory.agentId, now)).length,
        (await catalog.hotPage(tenantId, null, 10, now)).length,
        (await catalog.stats(caller, {}, now)).total,
        (await catalog.agents(caller, { limit: 10 }, now)).items.length,
        (await catalog.recentPartitions(caller, 10, now)).length,
      ];

      const before = await reads(secondsAfter(NOON, 59));
      const at = await reads(secondsAfter(NOON, 60));

      expect(before).toEqual([1, 1, 1, 1, 1, 1, 1]);
      expect(at).toEqual([0, 0, 0, 0, 0, 0, 0]);
    });
  });

  describe(`${name}: keys`, () => {
    it('finds by owner and key together', async () => {
      const { log, catalog, newTenant, addSpace } = get();
      const tenantId = await newTenant();
      await addSpace(tenantId, 'lab');
      const owners = [
        { agentId: 'coach', userId: null, spaceId: null },
        { agentId: 'coach', userId: 'u1', spaceId: null },
        { agentId: 'coach', userId: 'u1', spaceId: 'lab' },
        { agentId: 'chef', userId: 'u1', spaceId: null },
      ];
      const records = await commitAll(
        log,
        owners.map((owner) => stored(tenantId, aMemory({ ...owner, key: 'profile' }))),
      );

      for (const [at, owner] of owners.entries()) {
        const found = await catalog.findByKey(tenantId, [{ ...owner, key: 'profile' }]);
        expect(idsOf(found)).toEqual([records[at]?.id]);
      }
      const several = await catalog.findByKey(
        tenantId,
        owners.slice(0, 2).map((owner) => ({ ...owner, key: 'profile' })),
      );
      expect(several).toHaveLength(2);
    });

    it('tells keys apart to the letter, and finds no memory without one', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      await commitAll(log, [stored(tenantId, aMemory()), stored(tenantId, aMemory({ key: 'Profile' }))]);
      const owner = { agentId: 'neuroscientist', userId: null, spaceId: null };

      const found = await catalog.findByKey(tenantId, [
        { ...owner, key: 'profile' },
        { ...owner, key: '' },
      ]);

      expect(found).toEqual([]);
      expect(await catalog.findByKey(tenantId, [])).toEqual([]);
    });

    it('still finds what has expired and was not swept: it holds its key until then', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const memory = aMemory({ key: 'profile', expiresAt: secondsAfter(NOON, 60) });
      await log.commit(stored(tenantId, memory).commit);
      const owner = { agentId: memory.agentId, userId: null, spaceId: null, key: 'profile' };

      const found = await catalog.findByKey(tenantId, [owner]);

      expect(idsOf(found)).toEqual([memory.id]);
    });
  });

  describe(`${name}: agents, hot pages, cold copies`, () => {
    it('gives every living memory of one agent, without content', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const own = [1, 2].map(() => stored(tenantId, aMemory({ agentId: 'coach' })));
      await commitAll(log, [...own, stored(tenantId, aMemory({ agentId: 'chef' }))]);

      const rows = await catalog.ofAgent(tenantId, 'coach', NOON);

      expect(idsOf(rows).sort()).toEqual(own.map(({ record }) => record.id).sort());
      expect(rows.every(({ content }) => content === null)).toBe(true);
    });

    it('walks all hot memories by id, with content, and nothing else', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const nextId = memoryIds();
      const hot = Array.from({ length: 5 }, () => stored(tenantId, aMemory({ id: nextId() })));
      await commitAll(log, [...hot].reverse());
      await commitAll(log, [stored(tenantId, aMemory({ id: nextId(), tier: 'warm' }))]);

      const walked = [];
      for (let page = await catalog.hotPage(tenantId, null, 2, NOON); page.length > 0; ) {
        walked.push(...page);
        page = await catalog.hotPage(tenantId, page.at(-1)?.id ?? null, 2, NOON);
      }

      expect(walked).toEqual(hot.map(({ record }) => record));
    });

    it('drops the warm copy of a cold memory only as of the seq that was verified', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const warm = [1, 2, 3].map(() => stored(tenantId, aMemory({ tier: 'warm' })));
      const [cold, newer, stays] = warm;
      if (!cold || !newer || !stays) throw new Error('three memories are needed');
      const cooled = [cold, newer].map(({ record }) => moved(tenantId, record, 'cold', 'age'));
      await commitAll(log, [...warm, ...cooled]);

      await catalog.dropWarmCopies(tenantId, [
        { id: cold.record.id, seq: 2 },
        { id: newer.record.id, seq: 1 },
        { id: stays.record.id, seq: 1 },
      ]);

      const { warm: tier } = get();
      const copies = await tier.get(
        tenantId,
        warm.map(({ record }) => record.id),
      );
      expect([...copies.keys()].sort()).toEqual([newer.record.id, stays.record.id].sort());
      expect(await catalog.find(tenantId, [cold.record.id], 'any', NOON)).toMatchObject([
        { content: cold.record.content },
      ]);
    });
  });
}
