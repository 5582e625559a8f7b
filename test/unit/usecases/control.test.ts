/** Agent-controlled memory by id: what each action does, why it skips, and that it can be repeated. */
import { describe, expect, it } from 'vitest';
import { AurenError } from '../../../layers/memory/errors.ts';
import type { ControlAction } from '../../../layers/memory/memory.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, copiesOf, loseAlways, raceOnce, rowOf, type Session } from './session.ts';

const AGENT = 'neuroscientist';
type ById = Exclude<ControlAction['action'], 'set_retention'>;
const ACTIONS: ById[] = ['prioritize', 'pin', 'unpin', 'archive', 'demote', 'promote', 'forget'];

const actionOf = (action: ById, memoryIds: string[]): ControlAction =>
  action === 'prioritize' ? { action, memoryIds, boostFactor: 1.5 } : { action, memoryIds };

const control = async ({ memory, caller }: Session, action: ById, ids: string[], options = {}) =>
  (await memory.control(caller(AGENT), AGENT, actionOf(action, ids), options)).body;

const old = (days: number) => ({ createdAt: daysAfter(NOON, -days) });

describe('prioritize', () => {
  it.each([
    [5, 1.5, 7.5],
    [8, 1.5, 10],
    [6, 0.5, 3],
  ])('makes %d times %d to %d', async (priority, boostFactor, expected) => {
    const session = await aSession();
    const { id } = await session.store({ priority });
    const action: ControlAction = { action: 'prioritize', memoryIds: [id], boostFactor };

    const { body } = await session.memory.control(session.caller(AGENT), AGENT, action, { reason: 'useful' });

    expect(body).toEqual({ action: 'prioritize', updated_count: 1, memory_ids: [id], skipped: [] });
    expect(await rowOf(session, id)).toMatchObject({ priority: expected, version: 2 });
    expect((await session.events(id)).at(-1)).toMatchObject({
      type: 'memory.prioritized',
      data: { from: priority, to: expected, reason: 'useful' },
    });
  });

  it('to 8 and more stores the memory twice', async () => {
    const session = await aSession();
    const { id } = await session.store({ priority: 6 });

    await control(session, 'prioritize', [id]);

    expect(await copiesOf(session, id)).toEqual(['hot', 'warm']);
  });

  it('skips what is at the top already, and a priority of zero', async () => {
    const session = await aSession();
    const [top, zero] = [await session.store({ priority: 10 }), await session.store({ priority: 0 })];

    const body = await control(session, 'prioritize', [top.id, zero.id]);

    expect(body).toMatchObject({ updated_count: 0, skipped: [{ reason: 'unchanged' }, { reason: 'unchanged' }] });
  });
});

describe('moves', () => {
  it.each([
    ['archive', 0, 'cold', 'archived'],
    ['archive', 240, 'cold', 'archived'],
    ['demote', 0, 'warm', 'demoted'],
    ['demote', 240, 'cold', 'demoted'],
    ['promote', 730, 'warm', null],
    ['promote', 240, 'hot', null],
  ] as const)('%s at %d days of age leads to %s with the hold %s', async (action, days, tier, hold) => {
    const session = await aSession();
    const record = await session.store(old(days));
    await session.drain();

    const body = await control(session, action, [record.id], { reason: 'tidy' });
    await session.drain();

    expect(body[action === 'archive' ? 'archived_count' : 'updated_count']).toBe(1);
    expect(await rowOf(session, record.id)).toMatchObject({ tier, hold, version: 1, priority: 5, ...old(days) });
    expect(await copiesOf(session, record.id)).toEqual([tier]);
    expect((await session.events(record.id)).at(-1)?.data).toMatchObject({ reason: 'agent', note: 'tidy' });
    expect((await session.retrieve(record.id)).content).toEqual(record.content);
  });

  it.each([
    ['archive', 730],
    ['demote', 730],
    ['promote', 0],
  ] as const)('%s at %d days of age has nowhere to go', async (action, days) => {
    const session = await aSession();
    const { id } = await session.store(old(days));

    expect(await control(session, action, [id])).toMatchObject({ skipped: [{ id, reason: 'unchanged' }] });
  });

  it('promote clears the hold that demote set', async () => {
    const session = await aSession();
    const { id } = await session.store();
    await control(session, 'demote', [id]);

    await control(session, 'promote', [id]);

    expect(await rowOf(session, id)).toMatchObject({ tier: 'hot', hold: null });
  });
});

describe('pins', () => {
  it.each([0, 240, 730])(
    'at %d days of age a pin brings the memory hot, and unpinning leaves it there',
    async (days) => {
      const session = await aSession();
      const { id } = await session.store(old(days));

      expect(await control(session, 'pin', [id])).toEqual({ action: 'pin', updated_count: 1, skipped: [] });
      expect(await rowOf(session, id)).toMatchObject({ tier: 'hot', pinned: true, hold: null });
      await control(session, 'unpin', [id]);
      expect(await rowOf(session, id)).toMatchObject({ tier: 'hot', pinned: false });
    },
  );

  it.each(['archive', 'demote'] as const)('hold against %s', async (action) => {
    const session = await aSession();
    const { id } = await session.store({ pinned: true });

    expect(await control(session, action, [id])).toMatchObject({ skipped: [{ id, reason: 'pinned' }] });
    expect(await rowOf(session, id)).toMatchObject({ tier: 'hot' });
  });

  it('take at most half of the hot tier; the rest is skipped for capacity', async () => {
    const session = await aSession({ hotCapacity: 4 });
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await session.store()).id);

    const body = await control(session, 'pin', ids);

    expect(body).toMatchObject({ updated_count: 2, skipped: [{ id: ids[2], reason: 'capacity' }] });
    expect(await control(session, 'pin', ids.slice(2))).toMatchObject({ skipped: [{ reason: 'capacity' }] });
    await control(session, 'unpin', ids.slice(0, 1));
    expect(await control(session, 'pin', ids.slice(2))).toMatchObject({ updated_count: 1 });
  });
});

describe('pins at the same time', () => {
  it('take the room once, whichever way they come', async () => {
    const session = await aSession({ hotCapacity: 2 });
    const [first, second] = [await session.store(), await session.store()];
    raceOnce(session, () => session.patch(first.id, { pinned: true }));

    expect(await control(session, 'pin', [second.id])).toMatchObject({ skipped: [{ reason: 'capacity' }] });
    await control(session, 'unpin', [first.id]);
    raceOnce(session, () => control(session, 'pin', [second.id]));
    await expect(session.patch(first.id, { pinned: true })).rejects.toMatchObject({ errors: [{ path: 'pinned' }] });
    await control(session, 'unpin', [second.id]);
    raceOnce(session, () => control(session, 'pin', [first.id]));
    await expect(session.store({ pinned: true })).rejects.toMatchObject({ errors: [{ path: 'pinned' }] });
    expect((await session.memory.stats(session.caller(), {})).pinned).toBe(1);
  });
});

describe('forget', () => {
  it('deletes, with the reason or the agent as one', async () => {
    const session = await aSession();
    const [a, b] = [await session.store(), await session.store()];

    expect(await control(session, 'forget', [a.id])).toEqual({ action: 'forget', updated_count: 1, skipped: [] });
    await control(session, 'forget', [b.id], { reason: 'outdated' });

    for (const { id } of [a, b]) await expect(session.retrieve(id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await session.events(a.id)).at(-1)).toMatchObject({ type: 'memory.deleted', data: { reason: 'agent' } });
    expect((await session.events(b.id)).at(-1)?.data).toEqual({ reason: 'outdated' });
  });
});

describe.each(ACTIONS)('%s', (action) => {
  it('is refused for another agent, and leaves its memories', async () => {
    const session = await aSession();
    const { id } = await session.store();
    const { memory, caller } = session;

    const refused = memory.control(caller('coach'), AGENT, actionOf(action, [id]), {});

    await expect(refused).rejects.toMatchObject({ code: 'agent_mismatch' });
    expect(await session.events(id)).toHaveLength(1);
  });

  it('skips what is unknown, private to another, or readable but another agent’s', async () => {
    const session = await aSession();
    const [secret, shared] = [await session.store(), await session.store({ userId: 'u1' })];
    const ids = ['mem_unknown', secret.id, shared.id];
    const { memory, caller } = session;

    const { body } = await memory.control(caller('coach'), 'coach', actionOf(action, ids), {});

    expect(body.skipped).toEqual([
      { id: 'mem_unknown', reason: 'not_found' },
      { id: secret.id, reason: 'not_found' },
      { id: shared.id, reason: 'not_owner' },
    ]);
    expect(await session.events(shared.id)).toHaveLength(1);
  });

  it('does the rest where some are skipped, and each id once', async () => {
    const session = await aSession();
    const { id } = await session.store({ ...old(240), pinned: false });
    if (action === 'unpin') await control(session, 'pin', [id]);
    const before = (await session.events(id)).length;

    const body = await control(session, action, [id, 'mem_unknown', id]);

    expect(body[action === 'archive' ? 'archived_count' : 'updated_count']).toBe(1);
    expect(body.skipped).toEqual([{ id: 'mem_unknown', reason: 'not_found' }]);
    expect(await session.events(id)).toHaveLength(before + (action === 'pin' ? 2 : 1));
  });

  it('repeated with its idempotency key gives the first answer and changes nothing', async () => {
    const session = await aSession();
    const { id } = await session.store(old(240));
    if (action === 'unpin') await control(session, 'pin', [id]);
    const ask = () =>
      session.memory.control(session.caller(AGENT), AGENT, actionOf(action, [id]), {
        idempotency: { key: 'one', fingerprint: 'f1' },
      });
    const first = await ask();
    const events = await session.events(id);

    const again = await ask();

    expect(first.replayed).toBe(false);
    expect(again).toEqual({ body: first.body, replayed: true });
    expect(await session.events(id)).toEqual(events);
  });

  it('looks again where another writer was faster', async () => {
    const session = await aSession();
    const { id } = await session.store(old(240));
    if (action === 'unpin') await control(session, 'pin', [id]);
    raceOnce(session, () => session.patch(id, { metadata: { by: 'another' } }));

    const body = await control(session, action, [id]);

    expect(body[action === 'archive' ? 'archived_count' : 'updated_count']).toBe(1);
    if (action !== 'forget') expect(await rowOf(session, id)).toMatchObject({ metadata: { by: 'another' } });
  });
});

describe('control', () => {
  it('gives up where others are faster every time', async () => {
    const session = await aSession();
    const { id } = await session.store();
    const count = loseAlways(session, () => new AurenError('conflict', 'moved on'));

    await expect(control(session, 'archive', [id])).rejects.toMatchObject({ code: 'conflict' });
    expect(count.tries).toBeGreaterThan(4);
  });

  it('refuses another request under the same idempotency key', async () => {
    const { memory, caller, store } = await aSession();
    const { id } = await store();
    const pin = (fingerprint: string) =>
      memory.control(caller(AGENT), AGENT, actionOf('pin', [id]), { idempotency: { key: 'one', fingerprint } });
    await pin('f1');

    await expect(pin('f2')).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });

  it('commits all changes at once', async () => {
    const session = await aSession();
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push((await session.store()).id);
    let commits = 0;
    const { commit } = session.ports.log;
    session.ports.log.commit = async (asked) => {
      commits += 1;
      return await commit(asked);
    };

    await control(session, 'archive', ids);

    expect(commits).toBe(1);
  });
});
