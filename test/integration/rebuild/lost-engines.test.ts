/** Engines that lose all they have, or go back in time: what a user sees until the rebuild, and after it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { composeRebuild } from '@auren/memory/compose.ts';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { codeOf, type Domain, domain } from '../../support/domain.ts';
import { removeDirectory, temporaryDirectory } from '../../support/engine-directory.ts';
import { ownEngines } from '../../support/engines.ts';
import { hasRedisServer } from '../../support/redis-server.ts';
import { found, type Population, populate, rebuild, shown } from './rebuilding.ts';

const dataDir = temporaryDirectory();
afterAll(() => removeDirectory(dataDir));
const engines = ownEngines({ dataDir });

let d: Domain;
let of: Population;
beforeEach(async () => {
  d = await domain(engines().env);
  of = await populate(d);
});

const meaning = { mode: 'semantic', userId: 'u1' } as const;
const indexState = async () => (await d.memory.stats(d.caller(), {})).index;
const contentOf = async (id: string) => (await d.memory.retrieve(d.caller(), id, {})).content;

describe('Chroma without its data directory', () => {
  beforeEach(async () => {
    await engines().chroma.kill();
    rmSync(join(dataDir, 'chroma'), { recursive: true, force: true });
    await engines().chroma.revive();
  });

  it('loses no memory; searches say that they go by words alone, also after new memories', async () => {
    await d.store({ userId: 'u1', content: { text: 'tea delays sleep' } });
    await d.drain();

    const answer = await d.memory.search(d.caller(), aSearch('coffee delays sleep', { userId: 'u1' }));

    expect(await contentOf(of.cold.id)).toEqual({ text: 'magnesium over melatonin' });
    expect(answer.degraded).toEqual(['semantic']);
    expect(answer.results[0]?.memory.id).toBe(of.warm.id);
    expect(await indexState()).toMatchObject({ complete: false });
  });

  it('is filled again by a rebuild, cold copies and vectors, with what was stored meanwhile', async () => {
    const later = await d.store({ userId: 'u1', content: { text: 'tea delays sleep' } });
    await d.memory.delete(d.caller(), of.warm.id, {});
    await d.drain();

    expect(await rebuild(d)).toMatchObject({ isEqual: true, indexRefilled: true, rowsRepaired: 0 });

    expect(await indexState()).toMatchObject({ complete: true, pending: 0 });
    expect((await d.ports.cold.get(d.tenantId, [of.cold.id, of.archived.id])).size).toBe(2);
    expect(await found(d, 'tea delays sleep', meaning)).toEqual([later.id]);
    const next = await d.store({ userId: 'u1', content: { text: 'cocoa delays sleep' } });
    await d.drain();
    expect((await found(d, 'cocoa delays sleep', meaning))[0]).toBe(next.id);
  });
});

describe.skipIf(!hasRedisServer)('PostgreSQL restored from a backup', () => {
  it('is what counts after a rebuild with a new epoch; nothing of the lost time is shown', async () => {
    const before = await shown(d);
    const backup = await engines().postgres.save();
    await d.memory.update(d.caller(), of.hot.id, { content: { text: 'from the lost time' } }, {});
    await d.memory.update(d.caller(), of.cold.id, { content: { text: 'thawed in the lost time' } }, {});
    await d.memory.delete(d.caller(), of.dual.id, {});
    const lost = await d.store({ content: { text: 'born in the lost time' } });
    await d.drain();
    const { nextCursor } = await d.memory.events(d.caller(), { order: 'asc', limit: 1, filter: {} });
    await engines().postgres.rollback(backup);

    const run = await composeRebuild();
    await run.forgetProjections();
    const rebuilt = await rebuild(d);

    expect(rebuilt).toMatchObject({ isEqual: true, rowsRepaired: 0 });
    expect(await shown(d)).toEqual(before);
    expect(await contentOf(of.hot.id)).toEqual({ text: 'six breaths a minute' });
    expect(await contentOf(of.dual.id)).toEqual({ text: 'sauna improves sleep' });
    expect(await codeOf(d.memory.retrieve(d.caller(), lost.id, {}))).toBe('not_found');
    expect(await found(d, 'born in the lost time', { mode: 'semantic' })).not.toContain(lost.id);
    const old = d.memory.events(d.caller(), { after: nextCursor ?? '', order: 'asc', limit: 1, filter: {} });
    await expect(old).rejects.toThrow(/before a restore/);
  });

  it('is read in order, though it is a dump of a cluster that was ahead of this one', async () => {
    const ahead =
      'update auren.events set txid = (txid::text::bigint + 1000000000)::text::xid8 where tenant_id = $1 and position % 2 = 0';
    await d.sql(ahead, [d.tenantId]);
    const all = async () => (await d.ports.log.read(d.tenantId, null, 1_000)).events.map(({ id }) => id);
    const unreadable = await all();

    await (await composeRebuild()).forgetProjections();

    const inOrder = await d.sql('select id from auren.events where tenant_id = $1 order by position', [d.tenantId]);
    expect(await all()).toEqual(inOrder.map(({ id }) => id));
    expect(unreadable.length).toBeLessThan(inOrder.length);
    expect((await rebuild(d)).isEqual).toBe(true);
  });

  it('goes on after being killed in the middle of forgetting', async () => {
    const run = await composeRebuild();
    await run.forgetProjections();
    await run.forgetProjections();

    expect(await rebuild(d)).toMatchObject({ isEqual: true, indexRefilled: true });
  });
});
