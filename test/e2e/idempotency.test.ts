/** Requests that are sent twice, as clients do when an answer is lost: done once, answered alike, for 24 hours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client, expectProblem } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
});

afterAll(() => stack.stop());

const once = () => ({ headers: { 'idempotency-key': uniqueName('idem') } });
const replayed = ({ headers }: Answer) => headers.get('idempotency-replayed');
const factOf = (agent: string) => ({ agent_id: agent, type: 'fact', content: 'The sky is blue.' });
const countOf = async (agent: string) => (await api.get(`/v1/agents/${agent}/stats`)).body.total_memories;

/** The second answer is the first one again, and says so. */
function expectReplay(first: Answer, second: Answer): void {
  expect(replayed(first)).toBeNull();
  expect(second.status, second.text).toBe(first.status);
  expect(second.body).toEqual(first.body);
  expect(replayed(second)).toBe('true');
  expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
}

describe('a store sent twice', () => {
  it('is stored once and answered alike, even where the fields come in another order', async () => {
    const [agent, options] = [uniqueName('agent'), once()];
    const first = await api.post('/v1/memories', factOf(agent), options);

    const second = await api.post('/v1/memories', Object.fromEntries(Object.entries(factOf(agent)).reverse()), options);

    expectReplay(first, second);
    expect(await countOf(agent)).toBe(1);
  });

  it('answers as it did then, whatever was changed since', async () => {
    const [agent, options] = [uniqueName('agent'), once()];
    const first = await api.post('/v1/memories', factOf(agent), options);
    await api.patch(`/v1/memories/${first.body.id}`, { content: 'Grey.', priority: 9 });

    expectReplay(first, await api.post('/v1/memories', factOf(agent), options));
  });

  it('does not bring back what was deleted since', async () => {
    const [agent, options] = [uniqueName('agent'), once()];
    const first = await api.post('/v1/memories', factOf(agent), options);
    await api.delete(`/v1/memories/${first.body.id}`);

    expectProblem(await api.post('/v1/memories', factOf(agent), options), 404, 'not_found');
    expect(await countOf(agent)).toBe(0);
  });

  it('keeps its 201 and its 200 under a key', async () => {
    const keyed = { ...factOf(uniqueName('agent')), key: 'k' };
    const [making, replacing] = [once(), once()];
    const made = await api.post('/v1/memories', keyed, making);
    const replaced = await api.post('/v1/memories', { ...keyed, content: 'Grey.' }, replacing);
    expect([made.status, replaced.status]).toEqual([201, 200]);

    expectReplay(made, await api.post('/v1/memories', keyed, making));
    expectReplay(replaced, await api.post('/v1/memories', { ...keyed, content: 'Grey.' }, replacing));
    expect((await api.get(`/v1/memories/${made.body.id}`)).body).toMatchObject({
      version: 2,
      content: { text: 'Grey.' },
    });
  });

  it('is refused with another body, and that one leaves nothing', async () => {
    const [agent, options] = [uniqueName('agent'), once()];
    await api.post('/v1/memories', factOf(agent), options);

    expectProblem(
      await api.post('/v1/memories', { ...factOf(agent), priority: 6 }, options),
      422,
      'idempotency_mismatch',
    );
    const batch = { memories: [factOf(agent)] };
    expectProblem(await api.post('/v1/memories/batch', batch, options), 422, 'idempotency_mismatch');
    expect(await countOf(agent)).toBe(1);
  });

  it('is stored once where twenty arrive at once', async () => {
    const [agent, options] = [uniqueName('agent'), once()];

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post('/v1/memories', factOf(agent), options)),
    );

    const done = answers.filter(({ status }) => status === 201);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    expect(done.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    expect(new Set(done.map(({ body }) => body.id)).size).toBe(1);
    expect(await countOf(agent)).toBe(1);
  });

  it('may be tried again under the same key after it was refused', async () => {
    const [agent, options] = [uniqueName('agent'), once()];
    expect((await api.post('/v1/memories', { ...factOf(agent), priority: 11 }, options)).status).toBe(422);
    expect((await api.post('/v1/memories', factOf(agent), options)).status).toBe(201);
  });
});

describe('a batch sent twice', () => {
  it('is stored once, in the same order', async () => {
    const [agent, options] = [uniqueName('agent'), once()];
    const memories = [1, 2, 3].map((priority) => ({ ...factOf(agent), priority }));
    const first = await api.post('/v1/memories/batch', { memories }, options);

    expectReplay(first, await api.post('/v1/memories/batch', { memories }, options));
    expect(await countOf(agent)).toBe(3);
  });
});

describe('a control sent twice', () => {
  async function agentWith(...priorities: number[]): Promise<{ agent: string; ids: string[]; path: string }> {
    const agent = uniqueName('agent');
    const memories = priorities.map((priority) => ({ ...factOf(agent), priority }));
    const { body } = await api.post('/v1/memories/batch', { memories });
    return { agent, path: `/v1/agents/${agent}/control`, ids: body.memories.map(({ id }: { id: string }) => id) };
  }

  it('boosts once', async () => {
    const { path, ids } = await agentWith(4);
    const options = once();
    const body = { action: 'prioritize', params: { memory_ids: ids } };
    const first = await api.post(path, body, options);

    expectReplay(first, await api.post(path, body, options));
    expect((await api.get(`/v1/memories/${ids[0]}`)).body.priority).toBe(6);
  });

  it.each(['pin', 'archive', 'demote', 'forget'])(
    'answers %s as it did, though nothing is left to do',
    async (action) => {
      const { path, ids } = await agentWith(4, 5);
      const options = once();
      const body = { action, params: { memory_ids: ids } };
      const first = await api.post(path, body, options);
      expect(first.body.updated_count ?? first.body.archived_count).toBe(2);

      expectReplay(first, await api.post(path, body, options));
      if (action === 'forget') return;
      expectProblem(await api.post(path, { ...body, action: 'unpin' }, options), 422, 'idempotency_mismatch');
    },
  );

  it('answers a standing policy as it did, also one that forgets', async () => {
    const { path, ids } = await agentWith(1, 9);
    const options = once();
    const params = { criteria: { min_priority: 5 }, on_fail: 'forget', confirm_count: 1 };
    const first = await api.post(path, { action: 'set_retention', params }, options);
    expect(first.body).toMatchObject({ released_ids: [ids[0]], memory_ids: [ids[1]] });

    expectReplay(first, await api.post(path, { action: 'set_retention', params }, options));
  });
});

/** Last: the clock never goes back. */
describe('a day later', () => {
  it('the key is free again, and not a moment before', async () => {
    const [agent, options] = [uniqueName('agent'), once()];
    const advance = (days: number) => api.post('/_local/clock', { advance_days: days });
    const first = await api.post('/v1/memories', factOf(agent), options);

    await advance(23.9 / 24);
    expectReplay(first, await api.post('/v1/memories', factOf(agent), options));
    await advance(0.2 / 24);
    const anew = await api.post('/v1/memories', factOf(agent), options);

    expect([anew.status, replayed(anew)]).toEqual([201, null]);
    expect(anew.body.id).not.toBe(first.body.id);
    expect(await countOf(agent)).toBe(2);
  });
});
