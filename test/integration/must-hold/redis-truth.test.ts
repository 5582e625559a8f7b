/** Redis never lies for long: whatever it missed, lost or was set back to, no stale copy is believed beyond the lease. */
import type { EngineUnavailable } from '@auren/memory/errors.ts';
import { createDeleting } from '@auren/memory/usecases/delete-memory.ts';
import type { Ports } from '@auren/memory/usecases/ports.ts';
import { createUpdating } from '@auren/memory/usecases/update-memory.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf, type Domain, domain } from '../../support/domain.ts';
import { ownEngines } from '../../support/engines.ts';
import { hasRedisServer } from '../../support/redis-server.ts';

const LEASE_SECONDS = 1;
/** The lease, and what reading and polling take on a busy machine. */
const BELIEVED_MS = LEASE_SECONDS * 1_000 + 500;
const AGAIN_WITHIN_MS = 10_000;
const BEFORE = { text: 'as it was' };
const AFTER = { text: 'as it is' };

const engines = ownEngines();
let d: Domain;
beforeAll(async () => {
  d = await domain(engines().env, { settings: { AUREN_HOT_LEASE_SECONDS: String(LEASE_SECONDS) } });
});

/** Memories whose copies Redis has and is believed for. */
async function believed(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push((await d.store({ content: BEFORE })).id);
  await expectServedHot(ids);
  return ids;
}

/** The lease is short: where the machine is too busy to look in time, the projector renews it. */
async function expectServedHot(ids: readonly string[]) {
  const look = async () => {
    await d.project();
    const { leased, records } = await d.ports.hot.read(d.caller(), ids, { use: false, now: d.clock.instant() });
    return [leased, [...records.keys()]];
  };
  await expect.poll(look).toEqual([true, ids]);
}

const redisAnswers = () =>
  expect
    .poll(() => codeOf(d.ports.hot.count(d.tenantId)), { timeout: AGAIN_WITHIN_MS, interval: 20 })
    .toEqual(expect.any(Number));

/** What Redis holds, believed or not. */
async function copies(ids: readonly string[]) {
  const found = await d.ports.hot.get(d.tenantId, ids);
  return ids.map((id) => found.get(id)?.content ?? null);
}

const answerOf = (id: string) => codeOf(d.memory.retrieve(d.caller(), id, {}).then(({ content }) => content));

/** The answers change to these within the lease, and never back. */
async function expectTrueWithinLease(ids: readonly string[], truth: readonly unknown[]) {
  const since = performance.now();
  const answers = () => Promise.all(ids.map(answerOf));
  await expect.poll(answers, { timeout: BELIEVED_MS, interval: 50 }).toEqual(truth);
  while (performance.now() - since < BELIEVED_MS) {
    expect(await answers()).toEqual(truth);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The projector brings Redis to the truth, which is then served from it. */
async function expectHealed(ids: readonly string[], truth: readonly unknown[]) {
  await d.project();
  const contents = truth.map((answer) => (typeof answer === 'string' ? null : answer));
  expect(await copies(ids)).toEqual(contents);
  expect(await Promise.all(ids.map(answerOf))).toEqual(truth);
  await expectServedHot(ids.filter((_, at) => contents[at] !== null));
}

describe('a change that Redis missed', () => {
  it.skipIf(!hasRedisServer)(
    'because it was down shows within the lease once it is back, and the projector makes it good',
    async () => {
      const ids = await believed(2);
      const [deleted = '', changed = ''] = ids;
      await engines().redis.kill();
      await d.memory.delete(d.caller(), deleted, {});
      await d.memory.update(d.caller(), changed, { content: AFTER }, {});
      await engines().redis.revive();
      await redisAnswers();

      const stale = await copies(ids);

      expect(stale).toEqual([BEFORE, BEFORE]);
      await expectTrueWithinLease(ids, ['not_found', AFTER]);
      await expectHealed(ids, ['not_found', AFTER]);
    },
  );

  it('because the handler was killed between commit and Redis shows within the lease as well', async () => {
    const ids = await believed(2);
    const [deleted = '', changed = ''] = ids;
    const killed = async () => Promise.reject(new Error('killed'));
    const hot: Ports['hot'] = { ...d.ports.hot, putAndEvict: killed, remove: killed };
    const ports = { ...d.ports, hot };
    const calls = [
      createDeleting(ports).delete(d.caller(), deleted, {}),
      createUpdating(ports).update(d.caller(), changed, { content: AFTER }, {}),
    ];
    const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);

    const stale = await copies(ids);

    expect([outcomes, stale]).toEqual([
      ['rejected', 'rejected'],
      [BEFORE, BEFORE],
    ]);
    await expectTrueWithinLease(ids, ['not_found', AFTER]);
    await expectHealed(ids, ['not_found', AFTER]);
  });
});

describe('a writer that comes late to Redis', () => {
  it('does not bring back what was changed or deleted after its commit', async () => {
    const ids = await believed(2);
    const [deleted = '', changed = ''] = ids;
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const putAndEvict: Ports['hot']['putAndEvict'] = async (...put) => {
      await opened;
      return await d.ports.hot.putAndEvict(...put);
    };
    const slow = createUpdating({ ...d.ports, hot: { ...d.ports.hot, putAndEvict } });
    const late = ids.map((id) => slow.update(d.caller(), id, { content: { text: 'in between' } }, {}));
    const committed = async () =>
      (await d.ports.catalog.find(d.tenantId, ids, 'none', d.clock.instant())).map(({ seq }) => seq);
    await expect.poll(committed).toEqual([2, 2]);
    await d.memory.delete(d.caller(), deleted, {});
    await d.memory.update(d.caller(), changed, { content: AFTER }, {});

    open();
    await Promise.all(late);

    expect(await copies(ids)).toEqual([null, AFTER]);
    await expectHealed(ids, ['not_found', AFTER]);
  });
});

describe('a Redis restored from an older backup', () => {
  it.skipIf(!hasRedisServer)(
    'serves nothing deleted or outdated beyond the lease, and the projector goes on from the cursor of the backup',
    async () => {
      const ids = await believed(4);
      const [deleted = '', changed = '', moved = '', kept = ''] = ids;
      const backup = await engines().redis.save();
      await redisAnswers();
      await d.memory.delete(d.caller(), deleted, {});
      await d.memory.update(d.caller(), changed, { content: AFTER }, {});
      await d.memory.control(d.caller(), 'neuroscientist', { action: 'demote', memoryIds: [moved] }, {});
      await d.project();
      expect(await copies(ids)).toEqual([null, AFTER, null, BEFORE]);
      await engines().redis.rollback(backup);
      await redisAnswers();

      const stale = await copies(ids);

      expect(stale).toEqual([BEFORE, BEFORE, BEFORE, BEFORE]);
      await expectTrueWithinLease([deleted, changed], ['not_found', AFTER]);
      await expectHealed([deleted, changed, kept], ['not_found', AFTER, BEFORE]);
      expect(await copies([moved])).toEqual([null]);
      expect((await d.memory.retrieve(d.caller(), moved, {})).tier).toBe('warm');
    },
  );
});

describe('a Redis that lost everything', () => {
  it('is not missed by any read, and is filled again by the projector', async () => {
    const ids = await believed(3);
    const [, , deleted = ''] = ids;
    await d.memory.delete(d.caller(), deleted, {});
    await d.redis.flushall();

    const { memories, missing } = await d.memory.getMany(d.caller(), ids, 1e6);

    expect([memories.map(({ content }) => content), missing]).toEqual([[BEFORE, BEFORE], [deleted]]);
    await d.redis.flushall();
    await expectHealed(ids, [BEFORE, BEFORE, 'not_found']);
  });
});

describe('a Redis without a lease', () => {
  it('is still better than nothing while PostgreSQL is down', async () => {
    const ids = await believed(1);
    await new Promise((resolve) => setTimeout(resolve, LEASE_SECONDS * 1_000 + 100));
    await engines().postgres.kill();

    const answers = await Promise.all([...ids, 'mem_unknown'].map(answerOf));

    await engines().postgres.revive();
    const unavailable: EngineUnavailable['code'] = 'engine_unavailable';
    expect(answers).toEqual([BEFORE, unavailable]);
  });
});
