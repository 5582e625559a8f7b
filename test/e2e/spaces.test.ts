/** A team over HTTP: writers, readers and strangers of a space, each with a key of its own, by every way that leads to a memory. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client, expectProblem } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { startStack, type TestStack } from '../support/stack.ts';

/** What a key may do follows a change of its memberships within this, locally; the poll adds its own interval. */
const KEY_CHECK_MS = 6_000;
/** The index follows within two seconds on an idle machine; this one is shared. */
const INDEXED_MS = 10_000;
const SCOPES = ['memories:read', 'memories:write', 'control', 'events:read'];

let stack: TestStack;
let admin: Client;
let writer: Client;
let other: Client;
let reader: Client;
let stranger: Client;
let lab: string;

const boundTo = async (agent: string): Promise<Client> =>
  admin.as((await admin.post('/v1/keys', { scopes: SCOPES, agent_id: agent })).body.api_key);

const member = (agent_id: string, role: string) => ({ agent_id, role });

async function aSpace(...members: object[]): Promise<string> {
  const { status, text, body } = await admin.post('/v1/spaces', { name: 'Lab', members });
  expect(status, text).toBe(201);
  return body.id;
}

async function stored(api: Client, fields: object): Promise<string> {
  const answer = await api.post('/v1/memories', { type: 'fact', content: 'Tea.', ...fields });
  expect(answer.status, answer.text).toBe(201);
  return answer.body.id;
}

const idsIn = (memories: Answer['body'][]): string[] => memories.map(({ id }) => id);
const foundBy = async (api: Client, body: object): Promise<string[]> => {
  const answer = await api.post('/v1/search', body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.results.map(({ memory }: Answer['body']) => memory.id);
};

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  admin = client(stack.url, stack.key);
  lab = await aSpace(member('wendy', 'writer'), member('otto', 'writer'), member('rae', 'reader'));
  [writer, other, reader, stranger] = [
    await boundTo('wendy'),
    await boundTo('otto'),
    await boundTo('rae'),
    await boundTo('sam'),
  ];
});

afterAll(() => stack.stop());

describe('storing in a space', () => {
  it('is for its writers; a reader is told so, a stranger learns nothing', async () => {
    const draft = { type: 'fact', content: 'Tea.', space_id: lab };

    const made = await writer.post('/v1/memories', draft);

    expect([made.status, made.body]).toMatchObject([201, { space_id: lab, visibility: 'space', agent_id: 'wendy' }]);
    expectProblem(await reader.post('/v1/memories', draft), 403, 'not_owner');
    const refused = await stranger.post('/v1/memories', draft);
    expectProblem(refused, 422, 'invalid_field', 'space_id');
    const never = await stranger.post('/v1/memories', { ...draft, space_id: `spc_${'0'.repeat(32)}` });
    expect([never.status, never.body.detail]).toEqual([refused.status, refused.body.detail]);
    const batch = { memories: [{ type: 'fact', content: 'x' }, draft] };
    expectProblem(await stranger.post('/v1/memories/batch', batch), 422, 'invalid_field', 'memories[1].space_id');
  });

  it('needs one that is there, also with an unbound key', async () => {
    const draft = { agent_id: 'wendy', type: 'fact', content: 'Tea.' };

    const refused = await admin.post('/v1/memories', { ...draft, space_id: `spc_${'0'.repeat(32)}` });

    expectProblem(refused, 422, 'invalid_field', 'space_id');
    expect((await admin.post('/v1/memories', { ...draft, space_id: lab })).status).toBe(201);
  });
});

describe('what lies in a space', () => {
  const word = uniqueName('zebra').replace('-', '');
  let id: string;
  let twin: string;
  beforeAll(async () => {
    id = await stored(writer, { space_id: lab, content: `${word} crossing the savannah`, metadata: { word } });
    twin = await stored(writer, { space_id: lab, content: `${word} crossing the savannah at night` });
    await vi.waitFor(
      async () => expect(await foundBy(writer, { query: word, mode: 'semantic' })).toContain(twin),
      INDEXED_MS,
    );
  });

  it('is retrieved, listed, searched and related by its members, and by nobody else', async () => {
    const views = async (api: Client) => ({
      one: (await api.get(`/v1/memories/${id}`)).status,
      many: idsIn((await api.post('/v1/memories/get', { ids: [id] })).body.memories).length,
      listed: idsIn((await api.get(`/v1/memories?metadata.word=${word}`)).body.memories).length,
      ofSpace: idsIn((await api.get(`/v1/memories?space_id=${lab}&limit=200`)).body.memories).includes(id),
      words: (await foundBy(api, { query: word, mode: 'lexical' })).includes(id),
      wordsInSpace: (await foundBy(api, { query: word, mode: 'lexical', space_ids: [lab] })).includes(id),
      meaning: (await foundBy(api, { query: word, mode: 'semantic' })).includes(id),
      meaningInSpace: (await foundBy(api, { query: word, mode: 'semantic', space_ids: [lab] })).includes(id),
      history: (await api.get(`/v1/memories/${id}/history`)).status,
      retention: (await api.get(`/v1/memories/${id}/retention`)).status,
      related: (await api.get(`/v1/memories/${id}/related`)).status,
      events: (await api.get(`/v1/events?memory_ids=${id}`)).body.events.length > 0,
    });
    const all = {
      one: 200,
      many: 1,
      listed: 1,
      ofSpace: true,
      words: true,
      wordsInSpace: true,
      meaning: true,
      meaningInSpace: true,
      history: 200,
      retention: 200,
      related: 200,
      events: true,
    };
    const nothing = Object.fromEntries(
      Object.entries(all).map(([view, value]) => [view, value === true ? false : value === 200 ? 404 : 0]),
    );

    for (const api of [writer, other, reader, admin]) expect(await views(api)).toEqual(all);
    expect(await views(stranger)).toEqual(nothing);
    const related = await reader.get(`/v1/memories/${id}/related`);
    expect(related.body.results.map(({ memory }: Answer['body']) => memory.id)).toContain(twin);
  });

  it('is counted and told of for its members alone', async () => {
    const total = async (api: Client) => (await api.get('/v1/stats')).body.total_memories;
    const agents = async (api: Client) => idsIn((await api.get('/v1/agents')).body.agents);
    const told = async (api: Client) => (await api.get(`/v1/events?space_ids=${lab}&limit=1000`)).body.events;

    expect(await total(reader)).toBe(await total(admin));
    expect([await total(stranger), await agents(stranger), await told(stranger)]).toEqual([0, [], []]);
    expect(await agents(reader)).toContain('wendy');
    expect(await told(reader)).toEqual(await told(admin));
    const types = (await told(reader)).map(({ type }: Answer['body']) => type);
    expect(types.slice(0, 4)).toEqual(['space.created', ...Array.from({ length: 3 }, () => 'space.member_set')]);
    expect(types).toContain('memory.stored');
  });

  it('is changed and deleted by its writers, read by its readers, and governed by its agent', async () => {
    const own = await stored(writer, { space_id: lab });
    const path = `/v1/memories/${own}`;

    expectProblem(await reader.patch(path, { priority: 9 }), 403, 'not_owner');
    expectProblem(await reader.delete(path), 403, 'not_owner');
    expectProblem(await stranger.patch(path, { priority: 9 }), 404, 'not_found');
    expectProblem(await stranger.delete(path), 404, 'not_found');
    expect((await other.patch(path, { priority: 9 })).body).toMatchObject({ priority: 9, agent_id: 'wendy' });
    const control = (api: Client, agent: string) =>
      api.post(`/v1/agents/${agent}/control`, { action: 'pin', params: { memory_ids: [own] } });
    expect((await control(other, 'otto')).body.skipped).toEqual([{ id: own, reason: 'not_owner' }]);
    expect((await control(stranger, 'sam')).body.skipped).toEqual([{ id: own, reason: 'not_found' }]);
    expectProblem(await control(other, 'wendy'), 403, 'agent_mismatch', 'agent_id');
    expect((await control(writer, 'wendy')).body.updated_count).toBe(1);
    expect((await other.delete(path)).status).toBe(204);
    expectProblem(await writer.get(path), 404, 'not_found');
  });

  it('is private to its agent where it says so, and shown by saying otherwise', async () => {
    const own = await stored(writer, { space_id: lab, visibility: 'agent' });
    const seen = async () => (await reader.get(`/v1/memories/${own}`)).status;

    const statuses = [await seen()];
    for (const visibility of ['space', 'agent']) {
      expect((await writer.patch(`/v1/memories/${own}`, { visibility })).status).toBe(200);
      statuses.push(await seen());
    }

    expect(statuses).toEqual([404, 200, 404]);
  });
});

describe('a memory that moves to another space', () => {
  it('is found there, by words at once and by meaning soon, and no longer where it was', async () => {
    const [from, to] = [
      await aSpace(member('nina', 'writer'), member('fred', 'reader')),
      await aSpace(member('nina', 'writer'), member('tess', 'reader')),
    ];
    const [nina, fred, tess] = [await boundTo('nina'), await boundTo('fred'), await boundTo('tess')];
    const word = uniqueName('otter').replace('-', '');
    const id = await stored(nina, { space_id: from, content: `${word} in the river` });
    const by = (api: Client, space: string, mode: string) => foundBy(api, { query: word, mode, space_ids: [space] });
    await vi.waitFor(async () => expect(await by(fred, from, 'semantic')).toEqual([id]), INDEXED_MS);

    expectProblem(await nina.patch(`/v1/memories/${id}`, { space_id: lab }), 422, 'invalid_field', 'space_id');
    const moved = await nina.patch(`/v1/memories/${id}`, { space_id: to });

    expect(moved.body).toMatchObject({ space_id: to, visibility: 'space', version: 2 });
    expect([await by(fred, from, 'lexical'), await by(tess, to, 'lexical')]).toEqual([[], [id]]);
    await vi.waitFor(async () => expect(await by(tess, to, 'semantic')).toEqual([id]), INDEXED_MS);
    expect(await by(nina, from, 'semantic')).toEqual([]);
    expect([(await fred.get(`/v1/memories/${id}`)).status, (await tess.get(`/v1/memories/${id}`)).status]).toEqual([
      404, 200,
    ]);
  });
});

describe('members', () => {
  it('come and go, and what their keys may do follows within the bound', async () => {
    const space = await aSpace(member('wendy', 'writer'));
    const [id, guest] = [await stored(admin, { agent_id: 'wendy', space_id: space }), await boundTo('guest')];
    const path = `/v1/spaces/${space}/members/guest`;
    const status = async () => (await guest.get(`/v1/memories/${id}`)).status;
    const patched = async () => (await guest.patch(`/v1/memories/${id}`, { priority: 6 })).status;
    const soon = (ask: () => Promise<number>, expected: number) =>
      vi.waitFor(async () => expect(await ask()).toBe(expected), { timeout: KEY_CHECK_MS, interval: 200 });
    expect(await status()).toBe(404);

    const joined = await writer.call('PUT', path, { role: 'reader' });
    expect([joined.status, joined.body]).toEqual([200, { agent_id: 'guest', role: 'reader' }]);
    await soon(status, 200);
    expect(await patched()).toBe(403);
    await writer.call('PUT', path, { role: 'writer' });
    await soon(patched, 200);
    const mine = await stored(guest, { space_id: space });
    expect((await writer.delete(path)).status).toBe(204);
    await soon(status, 404);
    expectProblem(
      await guest.post('/v1/memories', { type: 'fact', content: 'x', space_id: space }),
      422,
      'invalid_field',
    );
    expect((await writer.get(`/v1/memories/${mine}`)).status).toBe(200);
    expect((await guest.get(`/v1/memories/${mine}`)).status).toBe(200);

    expectProblem(await writer.delete(path), 404, 'not_found');
    const { body } = await writer.get(`/v1/events?space_ids=${space}&events=space.*`);
    expect(body.events.map(({ type, agent_id, data }: Answer['body']) => [type, agent_id, data.role])).toEqual([
      ['space.created', null, undefined],
      ['space.member_set', 'wendy', 'writer'],
      ['space.member_set', 'guest', 'reader'],
      ['space.member_set', 'guest', 'writer'],
      ['space.member_removed', 'guest', undefined],
    ]);
  });

  it('are set and removed by writers and unbound keys only', async () => {
    const path = `/v1/spaces/${lab}/members/new`;
    for (const [api, status, code] of [
      [reader, 403, 'not_owner'],
      [stranger, 404, 'not_found'],
    ] as const) {
      expectProblem(await api.call('PUT', path, { role: 'reader' }), status, code);
      expectProblem(await api.delete(`/v1/spaces/${lab}/members/otto`), status, code);
      expectProblem(await api.delete(`/v1/spaces/${lab}`), status, code);
    }
    expect((await admin.call('PUT', path, { role: 'reader' })).status).toBe(200);
    expect((await other.delete(path)).status).toBe(204);
  });
});

describe('spaces', () => {
  it('are listed for a bound key where it is a member, page by page for an unbound one', async () => {
    const made = await stranger.post('/v1/spaces', { name: 'Alone' });
    expect(made.body).toEqual({
      id: expect.stringMatching(/^spc_[0-9a-f]{32}$/),
      name: 'Alone',
      created_at: expect.any(String),
      members: [member('sam', 'writer')],
    });

    expect((await stranger.get('/v1/spaces')).body).toEqual({ spaces: [made.body], next_cursor: null });
    expect(idsIn((await reader.get('/v1/spaces')).body.spaces)).toEqual([lab]);
    const first = (await admin.get('/v1/spaces?limit=1')).body;
    const second = (await admin.get(`/v1/spaces?limit=1&cursor=${first.next_cursor}`)).body;
    expect(idsIn([...first.spaces, ...second.spaces])).toEqual(
      idsIn((await admin.get('/v1/spaces?limit=2')).body.spaces),
    );
    expectProblem(await admin.get('/v1/spaces?cursor=nonsense'), 422, 'invalid_field', 'cursor');
  });

  it('are made once where the request is sent twice', async () => {
    const headers = { 'idempotency-key': uniqueName('idem') };
    const send = (name: string) => admin.post('/v1/spaces', { name, members: [member('x', 'reader')] }, { headers });

    const [first, second] = [await send('Once'), await send('Once')];

    expect([second.status, second.body]).toEqual([201, first.body]);
    expect([first, second].map((answer) => answer.headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expectProblem(await send('Twice'), 422, 'idempotency_mismatch');
    expect(
      (await admin.get('/v1/spaces')).body.spaces.filter(({ name }: Answer['body']) => name === 'Once'),
    ).toHaveLength(1);
  });

  it('are deleted when nothing lies in them', async () => {
    const space = await aSpace(member('wendy', 'writer'));
    const id = await stored(admin, { agent_id: 'wendy', space_id: space, visibility: 'agent' });

    expectProblem(await writer.delete(`/v1/spaces/${space}`), 409, 'conflict', 'id');
    await admin.delete(`/v1/memories/${id}`);
    expect((await writer.delete(`/v1/spaces/${space}`)).status).toBe(204);

    expectProblem(await writer.delete(`/v1/spaces/${space}`), 404, 'not_found');
    expect(idsIn((await admin.get('/v1/spaces')).body.spaces)).not.toContain(space);
    const again = await admin.post('/v1/memories', { agent_id: 'wendy', type: 'fact', content: 'x', space_id: space });
    expectProblem(again, 422, 'invalid_field', 'space_id');
    const { body } = await admin.get(`/v1/events?space_ids=${space}&events=space.deleted`);
    expect(body.events).toMatchObject([{ type: 'space.deleted', agent_id: 'wendy', data: { name: 'Lab' } }]);
  });
});
