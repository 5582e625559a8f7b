/** Contract of spaces: what commits write of them is what is read, by whom it is meant for, and a space with memories in it stays. */
import { describe, expect, it } from 'vitest';
import type { ApiKeyStore } from '../../../layers/memory/auth/key-store.ts';
import type { Commit, EventLog, SpaceWrite } from '../../../layers/memory/log/port.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import type { Space } from '../../../layers/memory/model/space.ts';
import type { Spaces } from '../../../layers/memory/spaces/port.ts';
import { aMemory, anEvent, ended, stored } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { CONFLICT, claim } from './commit.ts';
import { idsOf, subject, type Tenants, walk } from './subject.ts';

export interface SpacesSubject extends Tenants {
  log: EventLog;
  spaces: Spaces;
  apiKeys: ApiKeyStore;
}

const aSpace = (overrides: Partial<Space> = {}): Space => ({
  id: uniqueName('spc'),
  name: 'Lab',
  createdAt: NOON,
  members: [
    { agentId: 'chef', role: 'reader' },
    { agentId: 'coach', role: 'writer' },
  ],
  ...overrides,
});

export function describeSpacesContract(name: string, make: () => Promise<SpacesSubject>): void {
  const get = subject(make);

  /** One event on the space's stream, and what it does to the space. */
  async function write(tenantId: string, id: string, space: SpaceWrite, more: Partial<Commit> = {}): Promise<LogEvent> {
    const head = (await get().log.stream(tenantId, `space:${id}`)).at(-1);
    const header = { tenantId, streamId: `space:${id}`, seq: (head?.seq ?? 0) + 1, spaceId: id };
    const event = anEvent({ ...header, type: 'space.member_set' }, null, head?.hash);
    await get().log.commit({ tenantId, events: [event], space, now: NOON, ...more });
    return event;
  }

  async function created(tenantId: string, overrides: Partial<Space> = {}): Promise<Space> {
    const space = aSpace(overrides);
    await write(tenantId, space.id, { write: 'create', space });
    return space;
  }

  describe(`${name}: spaces`, () => {
    it('are read as they were made, in their own tenant alone, with the head of their stream', async () => {
      const { spaces, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const space = aSpace();

      const event = await write(tenantId, space.id, { write: 'create', space });

      expect(await spaces.find(tenantId, space.id)).toEqual({ ...space, seq: 1, headHash: event.hash });
      expect(await spaces.find(other, space.id)).toBeNull();
    });

    it('are made once where the request is repeated', async () => {
      const { log, spaces, newTenant } = get();
      const tenantId = await newTenant();
      const [first, second] = [aSpace(), aSpace()];
      const idempotency = claim({ reply: { status: 201, body: { id: first.id } } });
      await write(tenantId, first.id, { write: 'create', space: first }, { idempotency });

      const event = anEvent({ tenantId, streamId: `space:${second.id}`, type: 'space.created' });
      const space = { write: 'create', space: second } as const;
      const result = await log.commit({ tenantId, events: [event], space, now: NOON, idempotency });

      expect(result.replay?.reply.body).toEqual({ id: first.id });
      expect(await spaces.find(tenantId, second.id)).toBeNull();
    });

    it('take members in, change their role and let them go', async () => {
      const { spaces, newTenant } = get();
      const tenantId = await newTenant();
      const { id } = await created(tenantId, { members: [] });
      const members = async () =>
        (await spaces.find(tenantId, id))?.members.map(({ agentId, role }) => `${agentId} ${role}`);

      await write(tenantId, id, { write: 'set-member', id, member: { agentId: 'coach', role: 'reader' } });
      await write(tenantId, id, { write: 'set-member', id, member: { agentId: 'chef', role: 'reader' } });
      const joined = await members();
      await write(tenantId, id, { write: 'set-member', id, member: { agentId: 'coach', role: 'writer' } });
      const changed = await members();
      const last = await write(tenantId, id, { write: 'remove-member', id, agentId: 'chef' });

      expect(joined).toEqual(['chef reader', 'coach reader']);
      expect(changed).toEqual(['chef reader', 'coach writer']);
      expect(await members()).toEqual(['coach writer']);
      expect(await spaces.find(tenantId, id)).toMatchObject({ seq: 5, headHash: last.hash });
    });

    it('lose to whoever changed them since they were read', async () => {
      const { log, spaces, newTenant } = get();
      const tenantId = await newTenant();
      const { id } = await created(tenantId);
      const stale = anEvent({ tenantId, streamId: `space:${id}`, seq: 2 });
      await write(tenantId, id, { write: 'remove-member', id, agentId: 'chef' });

      const space = { write: 'set-member', id, member: { agentId: 'thief', role: 'writer' } } as const;
      const refused = log.commit({ tenantId, events: [stale], space, now: NOON });

      await expect(refused).rejects.toMatchObject(CONFLICT);
      expect((await spaces.find(tenantId, id))?.members).toEqual([{ agentId: 'coach', role: 'writer' }]);
    });

    it('are listed page by page, for an agent those that it is in', async () => {
      const { spaces, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const made = [await created(tenantId), await created(tenantId, { members: [] }), await created(tenantId)];
      await created(other);
      const listed = (agentId: string | null) =>
        walk((cursor) => spaces.list(tenantId, { agentId, limit: 2, ...(cursor && { cursor }) }));

      const all = await listed(null);

      expect(all).toEqual([...made].sort((a, b) => (a.id < b.id ? -1 : 1)));
      expect(idsOf(await listed('chef')).sort()).toEqual([made[0]?.id, made[2]?.id].sort());
      expect(await listed('stranger')).toEqual([]);
    });

    it('are counted for each agent', async () => {
      const { spaces, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      await created(tenantId);
      await created(tenantId, { members: [{ agentId: 'chef', role: 'writer' }] });
      await created(other);

      const counts = await spaces.countsOf(tenantId, ['chef', 'coach', 'nobody']);

      expect(['chef', 'coach', 'nobody'].map((agent) => counts.get(agent) ?? 0)).toEqual([2, 1, 0]);
    });

    it('say what an agent’s keys may do in them', async () => {
      const { log, apiKeys, newTenant } = get();
      const tenantId = await newTenant();
      const keys = ['coach', 'chef', null].map((agentId) => ({
        id: uniqueName('key'),
        hash: uniqueName('hash'),
        agentId,
      }));
      for (const key of keys) {
        const row = { ...key, scopes: [], name: null, createdAt: NOON, expiresAt: null, revokedAt: null };
        const event = anEvent({ tenantId, streamId: `key:${key.id}`, type: 'key.created' });
        await log.commit({ tenantId, events: [event], apiKey: row, now: NOON });
      }
      const { id } = await created(tenantId);

      const roles = await Promise.all(keys.map(async ({ hash }) => (await apiKeys.resolve(hash))?.spaceRoles));

      expect(roles).toEqual([{ [id]: 'writer' }, { [id]: 'reader' }, {}]);
      expect(await apiKeys.hashesOf(tenantId, ['coach', 'nobody'])).toEqual([keys[0]?.hash]);
      expect(await apiKeys.hashesOf(await newTenant(), ['coach'])).toEqual([]);
    });
  });

  describe(`${name}: memories in spaces`, () => {
    it('need one that is there', async () => {
      const { log, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const { id } = await created(other);

      for (const spaceId of ['nowhere', id]) {
        const refused = log.commit(stored(tenantId, aMemory({ spaceId })).commit);
        await expect(refused).rejects.toMatchObject({ code: 'invalid_field', errors: [{ path: 'space_id' }] });
      }
    });

    it('keep it from being deleted, whatever their visibility', async () => {
      const { log, spaces, newTenant } = get();
      const tenantId = await newTenant();
      const { id } = await created(tenantId);
      const memory = stored(tenantId, aMemory({ spaceId: id, visibility: 'agent' }));
      await log.commit(memory.commit);

      const refused = write(tenantId, id, { write: 'delete', id });

      await expect(refused).rejects.toMatchObject({ ...CONFLICT, errors: [{ path: 'id' }] });
      expect(await spaces.find(tenantId, id)).toMatchObject({ seq: 1, members: expect.any(Array) });
      await log.commit(ended(tenantId, memory.record).commit);
      await write(tenantId, id, { write: 'delete', id });
      expect(await spaces.find(tenantId, id)).toBeNull();
    });

    it('are told apart by their expiry', async () => {
      const { log, spaces, newTenant } = get();
      const tenantId = await newTenant();
      const [{ id }, elsewhere] = [await created(tenantId), await created(tenantId)];
      const over = stored(tenantId, aMemory({ spaceId: id, expiresAt: secondsAfter(NOON, 60) }));
      const others = [
        { spaceId: id },
        { spaceId: id, expiresAt: secondsAfter(NOON, 61) },
        { spaceId: elsewhere.id, expiresAt: secondsAfter(NOON, 1) },
      ].map((fields) => stored(tenantId, aMemory(fields)));
      for (const { commit } of [over, ...others]) await log.commit(commit);

      const expired = await spaces.expiredIn(tenantId, id, secondsAfter(NOON, 60), 10);

      expect(expired).toEqual([{ ...over.record, content: null }]);
      expect(await spaces.expiredIn(tenantId, id, daysAfter(NOON, 1), 1)).toHaveLength(1);
    });
  });
}
