/** Spaces: who makes and manages them, what the log says of it, and when keys learn of it. */
import { describe, expect, it } from 'vitest';
import { composeAuthorize } from '../../../layers/memory/compose.ts';
import { verifyChain } from '../../../layers/memory/log/chain.ts';
import { AGENT_SPACES_MAX, SPACE_MEMBERS_MAX, type SpaceMember } from '../../../layers/memory/model/space.ts';
import { NOON } from '../../support/clock.ts';
import { aSession, raceOnce, type Session, TENANT } from './session.ts';

const WRITER = { agentId: 'coach', role: 'writer' } as const;
const READER = { agentId: 'chef', role: 'reader' } as const;

async function aTeam(members: SpaceMember[] = [READER, WRITER]) {
  const session = await aSession();
  const { space } = await session.memory.createSpace(session.caller(), { name: 'Lab', members });
  return { ...session, session, space, id: space.id };
}

const membersOf = async ({ memory, caller }: Session, id: string) =>
  (await memory.listSpaces(caller(), { limit: 50 })).items.find((space) => space.id === id)?.members;

describe('a new space', () => {
  it('has an id of ours, its members in order, and an event for each', async () => {
    const { space, id, ports } = await aTeam([WRITER, READER]);

    expect(space).toEqual({
      id: expect.stringMatching(/^spc_[0-9a-f]{32}$/),
      name: 'Lab',
      createdAt: NOON,
      members: [READER, WRITER],
    });
    const events = await ports.log.stream(TENANT, `space:${id}`);
    expect(
      events.map(({ seq, type, agentId, spaceId, visibility }) => [seq, type, agentId, spaceId, visibility]),
    ).toEqual([
      [1, 'space.created', null, id, 'space'],
      [2, 'space.member_set', 'chef', id, 'space'],
      [3, 'space.member_set', 'coach', id, 'space'],
    ]);
    expect(events[2]?.data).toEqual({ space_id: id, agent_id: 'coach', role: 'writer' });
    expect(verifyChain(ports.chainKey, events)).toBe(true);
    expect(ports.poke.poked).toContain(TENANT);
  });

  it('has the agent that made it as a writer', async () => {
    const { memory, caller } = await aSession();
    const make = (members: SpaceMember[]) => memory.createSpace(caller('coach'), { name: 'Lab', members });

    expect((await make([])).space.members).toEqual([WRITER]);
    expect((await make([READER, WRITER])).space.members).toEqual([READER, WRITER]);
    await expect(make([{ ...WRITER, role: 'reader' }])).rejects.toMatchObject({
      errors: [{ path: 'members[0].role' }],
    });
  });

  it('has no more members than an answer can show', async () => {
    const { memory, caller } = await aSession();
    const members = Array.from({ length: SPACE_MEMBERS_MAX }, (_, n) => ({
      agentId: `a${n}`,
      role: 'reader' as const,
    }));

    const { space } = await memory.createSpace(caller(), { name: 'Lab', members });

    expect(space.members).toHaveLength(SPACE_MEMBERS_MAX);
    for (const refused of [
      memory.createSpace(caller('coach'), { name: 'Lab', members }),
      memory.setMember(caller(), space.id, WRITER),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'invalid_field' });
    await memory.setMember(caller(), space.id, { agentId: 'a0', role: 'writer' });
  });

  it('takes in no agent that is in as many as a key check can tell of', async () => {
    const { memory, caller } = await aSession();
    const make = (n: number, members: SpaceMember[]) =>
      memory.createSpace(caller(), { name: `space ${n}`, members }, { key: `k${n}`, fingerprint: `${n}` });
    for (let n = 1; n < AGENT_SPACES_MAX; n += 1) await make(n, [WRITER]);
    const empty = (await make(0, [])).space.id;
    const last = await make(AGENT_SPACES_MAX, [WRITER]);

    const again = await make(AGENT_SPACES_MAX, [WRITER]);
    const refused = [make(AGENT_SPACES_MAX + 1, [WRITER]), memory.setMember(caller(), empty, WRITER)];

    expect(again).toEqual({ ...last, replayed: true });
    for (const each of refused) await expect(each).rejects.toMatchObject({ code: 'invalid_field' });
    await memory.setMember(caller(), last.space.id, { ...WRITER, role: 'reader' });
    await memory.removeMember(caller('coach'), last.space.id, 'coach');
    await memory.setMember(caller(), empty, WRITER);
  });

  it('is made once for a request that is repeated, and answered as it was', async () => {
    const { memory, caller } = await aSession();
    const make = (fingerprint: string) =>
      memory.createSpace(caller(), { name: 'Lab', members: [WRITER] }, { key: 'k', fingerprint });
    const first = await make('f');
    await memory.removeMember(caller(), first.space.id, 'coach');

    const second = await make('f');

    expect([first.replayed, second]).toEqual([false, { space: first.space, replayed: true }]);
    await expect(make('other')).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect((await memory.listSpaces(caller(), { limit: 10 })).items).toHaveLength(1);
  });
});

describe('a space is managed', () => {
  it.each([
    ['an unbound key', null, 'done'],
    ['a writer', 'coach', 'done'],
    ['a reader', 'chef', 'not_owner'],
    ['a stranger', 'librarian', 'not_found'],
  ])('by %s: %3$s', async (_, agentId, outcome) => {
    const { memory, caller, id } = await aTeam();
    const by = caller(agentId);
    const tried = [
      () => memory.setMember(by, id, { agentId: 'new', role: 'reader' }),
      () => memory.removeMember(by, id, agentId === 'coach' ? 'chef' : 'coach'),
      () => memory.deleteSpace(by, id),
    ];

    const outcomes = [];
    for (const attempt of tried)
      outcomes.push(
        await attempt().then(
          () => 'done',
          ({ code }) => code,
        ),
      );

    expect(outcomes).toEqual([outcome, outcome, outcome]);
  });

  it('by the roles as they stand, whatever the key check remembers', async () => {
    const { memory, caller, id } = await aTeam();
    const remembered = caller('librarian', { spaceRoles: { [id]: 'writer' } });

    await expect(memory.deleteSpace(remembered, id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('by nobody of another tenant', async () => {
    const { memory, caller, id } = await aTeam();

    const foreign = memory.setMember(caller(null, { tenantId: 'tenant-b' }), id, WRITER);

    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a membership', () => {
  it('is set, changed, and left as it is where nothing changes', async () => {
    const { session, memory, caller, id, ports } = await aTeam([]);

    for (const role of ['reader', 'writer', 'writer'] as const)
      await memory.setMember(caller(), id, { agentId: 'coach', role });

    expect(await membersOf(session, id)).toEqual([WRITER]);
    expect(await ports.log.stream(TENANT, `space:${id}`)).toHaveLength(3);
  });

  it('is given up by any member, and is not found again', async () => {
    const { session, memory, caller, id } = await aTeam();

    await memory.removeMember(caller('chef'), id, 'chef');

    expect(await membersOf(session, id)).toEqual([WRITER]);
    await expect(memory.removeMember(caller(), id, 'chef')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is not lost to another change at the same time', async () => {
    const { session, memory, caller, id } = await aTeam([]);
    raceOnce(session, () => memory.setMember(caller(), id, READER));

    await memory.setMember(caller(), id, WRITER);

    expect(await membersOf(session, id)).toEqual([READER, WRITER]);
  });

  it('is in the next check of a key, also where Redis remembers an earlier one', async () => {
    const { memory, caller, id, ports } = await aTeam([]);
    const { apiKey } = await memory.createKey(caller(), { scopes: ['control'], agentId: 'coach' });
    const { authenticate } = await composeAuthorize();
    await authenticate(apiKey);
    const [hash = ''] = await ports.apiKeys.hashesOf(TENANT, ['coach']);
    const remembered = await ports.keyCache.get(hash);

    await memory.setMember(caller(), id, WRITER);

    expect([remembered?.key.spaceRoles, await ports.keyCache.get(hash)]).toEqual([{}, null]);
    expect((await ports.apiKeys.resolve(hash))?.spaceRoles).toEqual({ [id]: 'writer' });
  });

  it('stands although Redis is down, which is said', async () => {
    const { session, memory, caller, id, ports } = await aTeam([]);
    await memory.createKey(caller(), { scopes: ['control'], agentId: 'coach' });
    ports.fail('redis');

    await memory.setMember(caller(), id, WRITER);

    expect(await membersOf(session, id)).toEqual([WRITER]);
    expect(ports.warnings).toHaveLength(1);
  });
});

describe('the list of spaces', () => {
  it('holds for a bound key those of its agent', async () => {
    const { memory, caller, id } = await aTeam();
    await memory.createSpace(caller(), { name: 'Board', members: [] });
    const idsFor = async (agentId: string | null) =>
      (await memory.listSpaces(caller(agentId), { limit: 10 })).items.map((space) => space.id);

    expect([await idsFor('chef'), await idsFor('librarian')]).toEqual([[id], []]);
    expect(await idsFor(null)).toHaveLength(2);
  });
});

describe('a space that is deleted', () => {
  it('has to be empty', async () => {
    const { memory, caller, store, id } = await aTeam();
    const record = await store({ spaceId: id });

    await expect(memory.deleteSpace(caller(), id)).rejects.toMatchObject({
      code: 'conflict',
      errors: [{ path: 'id' }],
    });
    await memory.delete(caller(), record.id, {});
    await memory.deleteSpace(caller(), id);

    await expect(memory.deleteSpace(caller(), id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('takes along what expired in it, with an event for each', async () => {
    const { memory, caller, store, events, ports, id } = await aTeam();
    const record = await store({ spaceId: id, ttlSeconds: 60 });
    ports.clock.advance({ seconds: 60 });

    await memory.deleteSpace(caller(), id);

    expect((await events(record.id)).at(-1)).toMatchObject({ type: 'memory.expired', data: { reason: 'ttl' } });
    expect((await events(`space:${id}`)).at(-1)).toMatchObject({ type: 'space.deleted', data: { name: 'Lab' } });
    expect((await memory.listSpaces(caller(), { limit: 10 })).items).toEqual([]);
  });

  it('takes along more than one commit of them', async () => {
    const { memory, caller, store, ports, id } = await aTeam();
    for (let n = 0; n < 501; n += 1) await store({ spaceId: id, ttlSeconds: 60 });
    ports.clock.advance({ seconds: 60 });

    await memory.deleteSpace(caller(), id);

    expect([...ports.store.of(TENANT).rows.keys()]).toEqual([]);
  });
});
