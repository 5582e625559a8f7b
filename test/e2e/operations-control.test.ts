/** Agent-controlled memory over HTTP: each action has an effect that a reader sees, and a standing policy is kept and shown. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client, expectProblem } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { UNKNOWN_MEMORY } from '../support/requests.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
});

afterAll(() => stack.stop());

const idsOf = (memories: { id: string }[]) => memories.map(({ id }) => id);

/** An agent nobody else has, and one memory of it for each set of fields. */
async function agentWith(...each: object[]): Promise<{ agent: string; ids: string[] }> {
  const agent = uniqueName('agent');
  const memories = each.map((fields, n) => ({ agent_id: agent, type: 'fact', content: `${agent} ${n}`, ...fields }));
  const { body } = await api.post('/v1/memories/batch', { memories });
  return { agent, ids: idsOf(body.memories) };
}

const control = (agent: string, action: string, params: object, reason?: string): Promise<Answer> =>
  api.post(`/v1/agents/${agent}/control`, { action, params, ...(reason && { reason }) });
const read = async (id = '') => (await api.get(`/v1/memories/${id}`)).body;

describe('actions by id', () => {
  it('prioritizes by a factor, up to 10, and says which', async () => {
    const { agent, ids } = await agentWith({ priority: 4 }, { priority: 8 });

    const answer = await control(agent, 'prioritize', { memory_ids: ids });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ action: 'prioritize', updated_count: 2, memory_ids: ids });
    expect([(await read(ids[0])).priority, (await read(ids[1])).priority]).toEqual([6, 10]);
    await control(agent, 'prioritize', { memory_ids: [ids[0]], boost_factor: 0.5 });
    expect((await read(ids[0])).priority).toBe(3);
  });

  it('pins what is old into the hot tier, and unpins', async () => {
    const { agent, ids } = await agentWith({ created_at: '2020-01-01T00:00:00Z' });

    const pinned = await control(agent, 'pin', { memory_ids: ids });

    expect(pinned.body).toMatchObject({ action: 'pin', updated_count: 1 });
    expect(await read(ids[0])).toMatchObject({ pinned: true, tier: 'hot', created_at: '2020-01-01T00:00:00.000Z' });
    expect((await control(agent, 'unpin', { memory_ids: ids })).body).toMatchObject({
      action: 'unpin',
      updated_count: 1,
    });
    expect((await read(ids[0])).pinned).toBe(false);
  });

  it('moves down, up and to the cold tier, priority and content untouched', async () => {
    const { agent, ids } = await agentWith({ priority: 9 });
    const tiers: string[] = [];
    const step = async (action: string) => {
      const { body } = await control(agent, action, { memory_ids: ids });
      expect(body).toMatchObject({ action, ...(action === 'archive' ? { archived_count: 1 } : { updated_count: 1 }) });
      const memory = await read(ids[0]);
      expect(memory).toMatchObject({ priority: 9, version: 1, content: { text: `${agent} 0` } });
      tiers.push(memory.tier);
    };

    for (const action of ['demote', 'demote', 'promote', 'promote', 'archive']) await step(action);

    expect(tiers).toEqual(['warm', 'cold', 'warm', 'hot', 'cold']);
    const { body } = await api.get(`/v1/events?memory_ids=${ids[0]}&events=memory.tier_changed`);
    expect(body.events.map(({ data }: Answer['body']) => [data.from, data.to, data.reason])).toEqual([
      ['hot', 'warm', 'agent'],
      ['warm', 'cold', 'agent'],
      ['cold', 'warm', 'agent'],
      ['warm', 'hot', 'agent'],
      ['hot', 'cold', 'agent'],
    ]);
  });

  it('forgets, and says why in the log', async () => {
    const { agent, ids } = await agentWith({}, {});

    expect((await control(agent, 'forget', { memory_ids: [ids[0]] }, 'no longer true')).body).toMatchObject({
      action: 'forget',
      updated_count: 1,
    });

    expect((await api.get(`/v1/memories/${ids[0]}`)).status).toBe(404);
    expect((await api.get(`/v1/memories/${ids[1]}`)).status).toBe(200);
    const { body } = await api.get(`/v1/events?memory_ids=${ids[0]}&events=memory.deleted`);
    expect(body.events[0].data).toMatchObject({ reason: 'no longer true' });
  });

  it('names what it did not touch, and why', async () => {
    const { agent, ids } = await agentWith({ pinned: true }, {});
    const { ids: foreign } = await agentWith({});

    const { body } = await control(agent, 'archive', { memory_ids: [...ids, ...foreign, UNKNOWN_MEMORY] });

    expect(body.archived_count).toBe(1);
    expect(body.skipped).toEqual(
      expect.arrayContaining([
        { id: ids[0], reason: 'pinned' },
        { id: foreign[0], reason: 'not_owner' },
        { id: UNKNOWN_MEMORY, reason: 'not_found' },
      ]),
    );
    expect((await read(foreign[0])).tier).toBe('hot');
  });
});

describe('set_retention', () => {
  const RULES = { criteria: { min_priority: 6, min_confidence: 0.8 } };

  it('demotes what fails, marks what stays, leaves priorities, and is the same when said again', async () => {
    const { agent, ids } = await agentWith({ priority: 7, confidence: 0.85 }, { priority: 7 }, { priority: 1 });

    const first = await control(agent, 'set_retention', RULES);
    const again = await control(agent, 'set_retention', RULES);

    expect(first.body).toMatchObject({
      action: 'set_retention',
      retained_count: 1,
      memory_ids: [ids[0]],
      released_count: 2,
    });
    expect(first.body.released_ids.toSorted()).toEqual([ids[1], ids[2]].sort());
    expect(again.body).toEqual(first.body);
    const memories = await Promise.all(ids.map((id) => read(id)));
    expect(memories.map(({ tier, priority, version }) => [tier, priority, version])).toEqual([
      ['hot', 7, 1],
      ['warm', 7, 1],
      ['warm', 1, 1],
    ]);
    const { body } = await api.get(`/v1/events?agent_ids=${agent}&events=policy.set,memory.retained`);
    expect(body.events.map(({ type }: Answer['body']) => type)).toEqual(['policy.set', 'memory.retained']);
  });

  it('stands until it is cleared', async () => {
    const { agent } = await agentWith({ priority: 7 });
    expectProblem(await api.get(`/v1/agents/${agent}/policy`), 404, 'not_found');
    const { body: set } = await control(agent, 'set_retention', { ...RULES, on_fail: 'archive' });

    const shown = await api.get(`/v1/agents/${agent}/policy`);
    const cleared = await api.delete(`/v1/agents/${agent}/policy`);

    expect(shown.body).toEqual({
      policy_id: set.policy_id,
      criteria: { min_priority: 6, min_confidence: 0.8, score_threshold: 2 },
      on_fail: 'archive',
      set_at: expect.any(String),
    });
    expect([cleared.status, cleared.text]).toEqual([204, '']);
    expectProblem(await api.get(`/v1/agents/${agent}/policy`), 404, 'not_found');
    expectProblem(await api.delete(`/v1/agents/${agent}/policy`), 404, 'not_found');
  });

  it('archives where it is told to', async () => {
    const { agent, ids } = await agentWith({ priority: 1 }, { priority: 9 });
    await control(agent, 'set_retention', { criteria: { min_priority: 5 }, on_fail: 'archive' });
    expect([(await read(ids[0])).tier, (await read(ids[1])).tier]).toEqual(['cold', 'hot']);
  });

  it('changes nothing in a simulation, and tells which recalls would change', async () => {
    const { agent, ids } = await agentWith({ priority: 1 }, { priority: 9 });
    const query = { query: agent, mode: 'lexical', agent_id: agent };

    const { body } = await control(agent, 'set_retention', {
      criteria: { min_priority: 5 },
      on_fail: 'forget',
      simulate: true,
      queries: [query],
    });

    expect(body).toMatchObject({ retained_count: 1, released_count: 1, released_ids: [ids[0]] });
    expect(body.recalls_changed).toEqual([{ query: agent, before: expect.arrayContaining(ids), after: [ids[1]] }]);
    expect((await api.get(`/v1/agents/${agent}/policy`)).status).toBe(404);
    expect(await read(ids[0])).toMatchObject({ tier: 'hot', access_count: 1 });
  });

  it('forgets only what was confirmed', async () => {
    const { agent, ids } = await agentWith({ priority: 1 }, { priority: 9 });
    const params = { criteria: { min_priority: 5 }, on_fail: 'forget' };

    expectProblem(await control(agent, 'set_retention', params), 422, 'invalid_field', 'params.confirm_count');
    expectProblem(
      await control(agent, 'set_retention', { ...params, confirm_count: 2 }),
      409,
      'conflict',
      'params.confirm_count',
    );
    expect((await read(ids[0])).id).toBe(ids[0]);
    expect((await control(agent, 'set_retention', { ...params, confirm_count: 1 })).body.released_ids).toEqual([
      ids[0],
    ]);

    expect((await api.get(`/v1/memories/${ids[0]}`)).status).toBe(404);
    expect((await api.get(`/v1/memories/${ids[1]}`)).status).toBe(200);
  });

  it.each([
    [{ criteria: {} }, 'params.criteria'],
    [{ criteria: { score_threshold: 1 } }, 'params.criteria'],
    [{ criteria: { min_priority: 5, score_threshold: 2 } }, 'params.criteria.score_threshold'],
    [{ criteria: { min_priority: 11 } }, 'params.criteria.min_priority'],
    [{ ...RULES, on_fail: 'explode' }, 'params.on_fail'],
  ])('refuses %j', async (params, path) => {
    expectProblem(await control('anyone', 'set_retention', params), 422, 'invalid_field', path);
  });
});
