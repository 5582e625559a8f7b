/** A rebuild on real engines: whatever was lost or altered beside the log comes back, and nothing else does. */
import { replaying } from '@auren/memory/adapters.ts';
import { composeErase, composeRebuild } from '@auren/memory/compose.ts';
import type { MemoryRecord } from '@auren/memory/model/memory.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { daysAfter } from '../../support/clock.ts';
import { codeOf, type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { expectIn } from '../must-hold/where.ts';
import { emptyRedis } from '../sweep/tiers.ts';
import { found, type Population, populate, rebuild, shown, tamper } from './rebuilding.ts';

let d: Domain;
let of: Population;
beforeEach(async () => {
  d = await domain(sharedEngines());
  of = await populate(d);
});

describe('a rebuild', () => {
  it('finds a whole tenant equal and changes nothing, as often as it runs', async () => {
    const before = await shown(d);

    const [first, second] = [await rebuild(d), await rebuild(d)];

    const nothing = { isEqual: true, rowsRepaired: 0, redisRefilled: false, indexRefilled: false };
    expect([first, second]).toMatchObject([nothing, nothing]);
    expect(first.proof).toMatchObject({ memories: 5, tiers: { hot: 2, warm: 1, cold: 2 } });
    expect(second.proof.logHash).toBe(first.proof.logHash);
    expect(first.proof.foundHash).toBe(first.proof.logHash);
    expect(await shown(d)).toEqual(before);
  });

  it('gives another hash after any change', async () => {
    const { proof } = await rebuild(d);

    await d.memory.update(d.caller(), of.warm.id, { metadata: { seen: true } }, {});

    const { proof: later, isEqual } = await rebuild(d);
    expect(later.logHash).not.toBe(proof.logHash);
    expect(isEqual).toBe(true);
  });

  it.each([
    ['all rows are gone', 'delete from auren.memories where tenant_id = $1'],
    ['one is gone', "delete from auren.memories where tenant_id = $1 and key = 'pulse'"],
    [
      'fields were altered',
      "update auren.memories set priority = 1, metadata = '{}', tier = 'warm', seq = seq + 7 where tenant_id = $1",
    ],
    [
      'content was altered',
      `update auren.memories set content = '{"text": "forged"}' where tenant_id = $1 and content is not null`,
    ],
    ['a warm copy is gone', "update auren.memories set content = null where tenant_id = $1 and tier = 'warm'"],
    [
      'members and policies are gone',
      'with a as (delete from auren.space_members where tenant_id = $1) delete from auren.agent_policies where tenant_id = $1',
    ],
    [
      'members were added',
      "update auren.space_members set role = 'writer', agent_id = agent_id || 'x' where tenant_id = $1",
    ],
  ])('restores the catalog where %s', async (_, statement) => {
    const before = await shown(d);
    await tamper(d, statement);

    const rebuilt = await rebuild(d);

    expect(rebuilt.isEqual).toBe(true);
    expect(rebuilt.rowsRepaired).toBeGreaterThan(0);
    expect(await shown(d)).toEqual(before);
    expect(await found(d, 'magnesium', { mode: 'lexical' })).toEqual([of.cold.id]);
  });

  it('restores the words that a search goes by', async () => {
    await tamper(d, "update auren.memories set tsv = '', doc_len = 0 where tenant_id = $1");

    expect(await rebuild(d)).toMatchObject({ isEqual: true, rowsRepaired: 5 });

    expect(await found(d, 'coffee', { mode: 'lexical' })).toEqual([of.warm.id]);
  });

  it('gives keys back to those that they belong to', async () => {
    const setKey = 'update auren.memories set key = $3 where tenant_id = $1 and id = $2';
    await tamper(d, setKey, [of.hot.id, 'other']);
    await tamper(d, setKey, [of.archived.id, 'pulse']);

    expect((await rebuild(d)).isEqual).toBe(true);

    expect((await d.memory.list(d.caller(), { key: 'pulse', order: 'created_at', limit: 9 }, 1e6)).items).toMatchObject(
      [{ id: of.hot.id }],
    );
  });

  it('does not bring back what was deleted, wherever it was put back', async () => {
    const [row] = await d.sql('select to_jsonb(m) as row from auren.memories m where tenant_id = $1 and id = $2', [
      d.tenantId,
      of.warm.id,
    ]);
    await tamper(
      d,
      'insert into auren.memories select (jsonb_populate_record(null::auren.memories, $2::jsonb)).* where $1 = $1',
      [JSON.stringify({ ...(row?.row as object), id: of.deleted.id, key: 'gone' })],
    );
    const record = { ...of.warm, id: of.deleted.id, seq: 99 } as Parameters<typeof d.ports.hot.put>[1][number];
    await d.ports.hot.put(d.tenantId, [{ ...record, tier: 'hot' }]);
    await d.ports.cold.put(d.tenantId, [record]);

    const rebuilt = await rebuild(d);

    expect(rebuilt).toMatchObject({ isEqual: true, redisRefilled: true, indexRefilled: true });
    expect(await codeOf(d.memory.retrieve(d.caller(), of.deleted.id, {}))).toBe('not_found');
    expect((await shown(d)).memories.map(({ id }) => id)).not.toContain(of.deleted.id);
    expect((await d.ports.vectors.marks(d.tenantId, [of.deleted.id])).size).toBe(0);
  });

  it('does not bring back a person who was erased, whatever else is lost', async () => {
    const deadline = new Date(Date.now() + 20_000);
    await (await composeErase()).erase(d.caller(), 'u1', { deadline });
    await d.drain();
    const before = await shown(d);
    await tamper(d, 'delete from auren.memories where tenant_id = $1');
    await emptyRedis(d);

    expect(await rebuild(d)).toMatchObject({ isEqual: true, proof: { memories: 3 } });

    expect(await shown(d)).toEqual(before);
    const erased = [of.warm.id, of.cold.id];
    for (const id of erased) expect(await codeOf(d.memory.retrieve(d.caller(), id, {}))).toBe('not_found');
    expect([await found(d, 'coffee'), await d.ports.hot.get(d.tenantId, erased)]).toEqual([[], new Map()]);
    expect((await d.ports.vectors.marks(d.tenantId, erased)).size).toBe(0);
  });

  it('fills a Redis that was emptied, and one whose copies were altered', async () => {
    await emptyRedis(d);
    expect((await rebuild(d)).isEqual).toBe(true);
    await expectIn(d, 'hot', of.hot.id);

    const key = `auren:{${d.tenantId}}:m:${of.hot.id}`;
    const forged = JSON.parse((await d.redis.hget<string>(key, 'rec')) ?? '');
    await d.redis.hset(key, { rec: JSON.stringify({ ...forged, content: { text: 'forged' } }) });

    expect(await rebuild(d)).toMatchObject({ isEqual: true, redisRefilled: true });
    expect((await d.memory.retrieve(d.caller(), of.hot.id, {})).content).toEqual({ text: 'six breaths a minute' });
  });

  it('keeps uses that were not counted yet', async () => {
    await d.memory.retrieve(d.caller(), of.hot.id, {});
    await d.ports.hot.remove(d.tenantId, [{ id: of.hot.id, seq: 99 }]);

    expect(await rebuild(d)).toMatchObject({ isEqual: true, redisRefilled: true });

    expect((await d.memory.retrieve(d.caller(), of.hot.id, {})).accessCount).toBe(2);
  });

  it('makes cold copies anew that were altered, and vectors that are missing', async () => {
    await d.ports.cold.remove(d.tenantId, [{ id: of.cold.id, seq: 99 }]);
    await d.ports.vectors.remove(d.tenantId, [of.warm.id]);

    expect(await rebuild(d)).toMatchObject({ isEqual: true, indexRefilled: true });

    const copies = await d.ports.cold.get(d.tenantId, [of.cold.id, of.archived.id]);
    expect(copies.get(of.cold.id)?.content).toEqual({ text: 'magnesium over melatonin' });
    expect(copies.size).toBe(2);
    expect(await found(d, 'coffee delays sleep', { mode: 'semantic', userId: 'u1' })).toEqual([of.warm.id]);
  });

  it('leaves other tenants alone', async () => {
    const before = await shown(d);
    const mine = d;
    const other = await domain(sharedEngines());
    await populate(other);
    await tamper(other, 'delete from auren.memories where tenant_id = $1');
    await emptyRedis(other);

    expect((await rebuild(other)).isEqual).toBe(true);

    expect(await shown(mine)).toEqual(before);
    expect((await shown(other)).memories).toHaveLength(5);
  });

  it.each([
    ['a header', 'update auren.events set priority = 10 where tenant_id = $1 and stream_id = $2 and seq = 1'],
    [
      'content',
      `update auren.events set payload = jsonb_set(payload, '{content}', '{"text": "forged"}') where tenant_id = $1 and stream_id = $2 and seq = 1`,
    ],
    [
      'a payload that is gone',
      'update auren.events set payload = null, salt = null where tenant_id = $1 and stream_id = $2 and seq = 1',
    ],
    ['an event that is missing', 'delete from auren.events where tenant_id = $1 and stream_id = $2 and seq = 1'],
  ])('refuses a log with %s, names the memory, and changes nothing', async (_, statement) => {
    await tamper(d, 'delete from auren.memories where tenant_id = $1 and id = $2', [of.warm.id]);
    await tamper(d, statement, [of.hot.id]);
    const before = await shown(d);

    const refused = rebuild(d);

    await expect(refused).rejects.toThrow(of.hot.id);
    await expect(refused).rejects.toThrow(/does not verify, nothing was rebuilt/);
    expect(await shown(d)).toEqual(before);
  });

  it('says how far it is', async () => {
    const told: string[] = [];
    const { rebuild: run } = await composeRebuild();

    await run(d.tenantId, (step, done, total) => told.push(`${step} ${done === total ? 'whole' : done}`));

    expect(told).toEqual(['verify 0', 'verify whole', 'catalog 0', 'catalog whole', 'prove 0', 'prove whole']);
  });

  it('may run while others write: what they wrote is there, and the next run finds nothing to repair', async () => {
    await tamper(d, 'delete from auren.memories where tenant_id = $1 and id = $2', [of.warm.id]);
    await d.ports.vectors.remove(d.tenantId, [of.cold.id]);
    const mine = d;
    const kept: string[] = [];
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; !isOver || n < 5; n += 1) {
        const { id } = await mine.store({ key: `k${n % 3}`, content: { text: `written meanwhile, ${n}` } });
        const passing = await mine.store({ createdAt: daysAfter(mine.clock.instant(), -800) });
        await mine.memory.update(mine.caller(), id, { priority: n % 8 }, {});
        await mine.memory.delete(mine.caller(), passing.id, {});
        kept.push(id);
      }
    })();

    await rebuild(d).finally(() => {
      isOver = true;
    });
    await writing;
    await d.drain();

    expect(await rebuild(d)).toMatchObject({
      isEqual: true,
      rowsRepaired: 0,
      proof: { memories: 5 + new Set(kept).size },
    });
    expect(await found(d, 'coffee', { mode: 'lexical' })).toEqual([of.warm.id]);
  }, 120_000);

  it('overwrites no writer that comes in between', async () => {
    const { repair } = await replaying();
    const [before] = await d.ports.catalog.find(d.tenantId, [of.warm.id], 'any', d.clock.instant());
    await d.memory.update(d.caller(), of.warm.id, { priority: 3 }, {});

    await repair.restore(d.tenantId, [before as MemoryRecord]);

    expect((await d.memory.retrieve(d.caller(), of.warm.id, {})).priority).toBe(3);
  });
});
