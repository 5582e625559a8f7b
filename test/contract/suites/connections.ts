/** Contract of the registry of connections: who is there, what each wants, how far it was told, and what changed since the last look. */
import { describe, expect, it } from 'vitest';
import type { Ask, Connections, Place, Progress } from '../../../layers/memory/feed/port.ts';
import { CONNECTION_LIFE_MS } from '../../../layers/memory/feed/port.ts';
import { aCaller } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { subject } from './subject.ts';

export interface ConnectionsSubject {
  /** On a clock of the test's. */
  connections(nowMs: () => number): Connections;
  newTenant(): Promise<string>;
}

const NOTHING: Progress = {
  ...{ places: [], gone: [], head: null, processed: 0, dropped: 0 },
  ...{ lagsMs: [], agents: new Map() },
};
const ask = (mark: string, overrides: Partial<Ask> = {}): Ask => ({ mark, from: 'now', resumes: false, ...overrides });
const place = (mark: string, told = 'c1'): Place => ({ mark, read: told, told, recovering: false, greeted: true });
const FILTER = { filter: { agentIds: ['ägent "1"'], minPriority: 7 } };

export function describeConnectionsContract(name: string, make: () => Promise<ConnectionsSubject>): void {
  const get = subject(make);

  async function prepare() {
    let nowMs = Date.now();
    const tenantId = await get().newTenant();
    const connections = get().connections(() => nowMs);
    const caller = aCaller(tenantId, { agentId: 'coach', spaceRoles: { lab: 'reader' } });
    const join = async (id = uniqueName('c')) => {
      await connections.add({ id, caller, since: NOON });
      return id;
    };
    const round = (known: number | null, progress: Partial<Progress> = {}, reader = 'reader-1') =>
      connections.round(tenantId, reader, known, { ...NOTHING, ...progress });
    const pass = (ms: number) => {
      nowMs += ms;
    };
    return { tenantId, connections, caller, join, round, pass };
  }

  describe(`${name}: connections`, () => {
    it('are known from the first to the last, each tenant’s own', async () => {
      const { tenantId, connections, caller, join } = await prepare();
      const other = await prepare();
      const id = await join();

      expect(await connections.members(tenantId)).toEqual([{ id, caller, since: NOON }]);
      expect(await connections.find(tenantId, id)).toEqual({ told: null });
      expect(await connections.members(other.tenantId)).toEqual([]);
      await connections.remove(tenantId, id);
      await connections.remove(tenantId, id);
      expect([await connections.members(tenantId), await connections.find(tenantId, id)]).toEqual([[], null]);
    });

    it('want nothing until they subscribe, and what they want last counts', async () => {
      const { tenantId, connections, caller, join, round } = await prepare();
      const id = await join();
      expect(await connections.isIdle(tenantId)).toBe(true);

      expect(await connections.subscribe(tenantId, id, { id: 's1', ...FILTER }, ask('m1'))).toBe(true);
      await connections.subscribe(tenantId, id, FILTER, ask('m2', { from: { last: 5 } }));

      const { changed, isWhole } = await round(null);
      expect(isWhole).toBe(true);
      expect(changed).toEqual([
        { id, caller, since: NOON, subscription: FILTER, ask: ask('m2', { from: { last: 5 } }), place: null },
      ]);
      expect(await connections.isIdle(tenantId)).toBe(false);
    });

    it('resume what they subscribed to, and only that', async () => {
      const { tenantId, connections, join, round } = await prepare();
      const id = await join();
      const resumed = ask('m2', { from: { after: 'c9' }, resumes: true });

      expect(await connections.resume(tenantId, id, resumed)).toBe('unsubscribed');
      await connections.subscribe(tenantId, id, FILTER, ask('m1'));
      expect(await connections.resume(tenantId, id, resumed)).toBe('resumed');

      expect((await round(null)).changed).toMatchObject([{ id, subscription: FILTER, ask: resumed, place: null }]);
    });

    it('unsubscribe and stay', async () => {
      const { tenantId, connections, join, round } = await prepare();
      const id = await join();
      await connections.subscribe(tenantId, id, FILTER, ask('m1'));

      expect(await connections.unsubscribe(tenantId, id)).toBe(true);

      expect(await connections.isIdle(tenantId)).toBe(true);
      expect((await round(null)).changed).toMatchObject([{ id, subscription: null, ask: null }]);
    });

    it('that nobody knows are told so', async () => {
      const { tenantId, connections } = await prepare();

      expect([
        await connections.subscribe(tenantId, 'stranger', FILTER, ask('m1')),
        await connections.resume(tenantId, 'stranger', ask('m1')),
        await connections.unsubscribe(tenantId, 'stranger'),
        await connections.find(tenantId, 'stranger'),
      ]).toEqual([false, 'unknown', false, null]);
    });

    it('are over after two hours, whether or not anybody said so', async () => {
      const { tenantId, connections, join, round, pass } = await prepare();
      const [old, young] = [await join(), uniqueName('young')];
      await connections.subscribe(tenantId, old, FILTER, ask('m1'));
      pass(CONNECTION_LIFE_MS - 1);
      await join(young);
      const before = (await round(null)).changed.map(({ id }) => id);

      pass(1);
      const { left } = await round((await round(null)).version);

      expect(before.sort()).toEqual([old, young].sort());
      expect(left).toEqual([]);
      expect((await connections.members(tenantId)).map(({ id }) => id)).toEqual([young]);
    });
  });

  describe(`${name}: rounds`, () => {
    it('answer everything first, then what changed since', async () => {
      const { tenantId, connections, join, round } = await prepare();
      const [one, two] = [await join(), await join()];
      await connections.subscribe(tenantId, one, FILTER, ask('m1'));
      const first = await round(null);
      const nothing = await round(first.version);
      await connections.subscribe(tenantId, two, FILTER, ask('m2'));
      await connections.remove(tenantId, one);

      const then = await round(nothing.version);

      expect(first.changed.map(({ id }) => id).sort()).toEqual([one, two].sort());
      expect([nothing.isWhole, nothing.changed, nothing.left]).toEqual([false, [], []]);
      expect([then.isWhole, then.changed.map(({ id }) => id), then.left]).toEqual([false, [two], [one]]);
      expect((await round(then.version)).left).toEqual([]);
    });

    it('answer everything again where another read in between', async () => {
      const { tenantId, connections, join, round } = await prepare();
      const id = await join();
      await connections.subscribe(tenantId, id, FILTER, ask('m1'));
      const mine = await round(null);
      await round(null, { places: [{ id, place: place('m1', 'c7') }] }, 'reader-2');

      const again = await round(mine.version);

      expect([again.isWhole, again.changed[0]?.place]).toEqual([true, place('m1', 'c7')]);
    });

    it('store how far each was told, unless it asked for something else meanwhile', async () => {
      const { tenantId, connections, join, round } = await prepare();
      const [one, two] = [await join(), await join()];
      for (const id of [one, two]) await connections.subscribe(tenantId, id, FILTER, ask(`m-${id}`));
      const { version } = await round(null);
      await connections.resume(tenantId, two, ask('newer', { resumes: true }));

      await round(version, { places: [one, two].map((id) => ({ id, place: place(`m-${id}`, 'c3') })) });

      expect([await connections.find(tenantId, one), await connections.find(tenantId, two)]).toEqual([
        { told: 'c3' },
        { told: null },
      ]);
    });

    it('forget what is closed, and say what has to be', async () => {
      const { tenantId, connections, join, round } = await prepare();
      const [one, two] = [await join(), await join()];
      await connections.condemn(tenantId, [one, 'stranger']);
      const idle = await connections.isIdle(tenantId);
      const { version, condemned } = await round(null);

      const after = await round(version, { gone: condemned });

      expect([idle, condemned.sort()]).toEqual([false, [one, 'stranger'].sort()]);
      expect([after.condemned, after.left.includes(one)]).toEqual([[], true]);
      expect((await connections.members(tenantId)).map(({ id }) => id)).toEqual([two]);
      expect(await connections.isIdle(tenantId)).toBe(true);
    });
  });

  describe(`${name}: live-only events`, () => {
    it('are kept while somebody is subscribed, and taken once, oldest first', async () => {
      const { tenantId, connections, join, round } = await prepare();
      const id = await join();
      await connections.announce(tenantId, ['{"n":0}']);
      await connections.subscribe(tenantId, id, FILTER, ask('m1'));
      await connections.announce(tenantId, ['{"n":1}', '{"n":2}']);
      await connections.announce(tenantId, []);
      await connections.announce(tenantId, ['{"n":3}']);

      const first = await round(null);

      expect(first.ephemeral).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
      expect((await round(first.version)).ephemeral).toEqual([]);
      await connections.unsubscribe(tenantId, id);
      await round(null);
      await connections.announce(tenantId, ['{"n":4}']);
      expect((await round(null)).ephemeral).toEqual([]);
    });
  });

  describe(`${name}: figures`, () => {
    it('add up over the rounds', async () => {
      const { tenantId, connections, join, round } = await prepare();
      const [one] = [await join(), await join()];
      await connections.subscribe(tenantId, one, FILTER, ask('m1'));
      const agents = new Map([
        ['coach', 2],
        ['chef é', 1],
      ]);
      await round(null, { processed: 3, dropped: 1, head: 'c5', lagsMs: [10, 10, 10, 500], agents });
      await round(null, { processed: 2, agents: new Map([['coach', 2]]) });

      const { lagMs, ...stats } = await connections.stats(tenantId);

      expect(stats).toEqual({
        ...{ members: 2, subscriptions: 1, processed: 5, dropped: 1, head: 'c5' },
        agents: { coach: 4, 'chef é': 1 },
      });
      expect(Math.abs((lagMs?.p50 ?? 0) - 10)).toBeLessThan(1);
      expect(Math.abs((lagMs?.p99 ?? 0) - 500)).toBeLessThan(50);
    });

    it('are nothing at first; what was measured last is handed to the next', async () => {
      const { tenantId, connections } = await prepare();

      expect(await connections.stats(tenantId)).toEqual({
        ...{ members: 0, subscriptions: 0, processed: 0, dropped: 0, head: null, lagMs: null },
        agents: {},
      });
      expect([
        await connections.swapMeasured(tenantId, '{"n":1}'),
        await connections.swapMeasured(tenantId, '{"n":2}'),
      ]).toEqual([null, '{"n":1}']);
    });
  });

  describe(`${name}: tickets`, () => {
    it('work once', async () => {
      const { connections, caller } = await prepare();
      const ticket = uniqueName('ticket');
      await connections.keepTicket(ticket, caller);

      const takers = await Promise.all([1, 2, 3].map(() => connections.takeTicket(ticket)));

      expect(takers.filter((taker) => taker !== null)).toEqual([caller]);
      expect(await connections.takeTicket(uniqueName('unknown'))).toBeNull();
    });
  });
}
