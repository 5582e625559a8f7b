/** set_retention: what an agent wants kept is kept, what not is released, a rehearsal changes nothing, and again changes nothing. */
import type { ControlAction } from '@auren/memory/memory.ts';
import type { JsonObject } from '@auren/memory/model/json.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { codeOf, type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';

type SetRetention = Extract<ControlAction, { action: 'set_retention' }>;

let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});

/** An agent of its own with the memories of these fields. */
async function anAgent(...memories: Parameters<Domain['store']>[0][]) {
  const agent = uniqueName('agent');
  const ids: string[] = [];
  for (const fields of memories) ids.push((await d.store({ agentId: agent, ...fields })).id);
  const set = async (action: Partial<SetRetention>): Promise<JsonObject> => {
    const whole: SetRetention = {
      action: 'set_retention',
      criteria: {},
      onFail: 'demote',
      simulate: false,
      queries: [],
      ...action,
    };
    return (await d.memory.control(d.caller(agent), agent, whole, {})).body;
  };
  const found = async () => {
    const { memories: living } = await d.memory.getMany(d.caller(), ids, 1e6);
    return ids.map((id) => living.find((memory) => memory.id === id)?.tier ?? 'gone');
  };
  return { agent, ids, set, found };
}

const eventsOf = async (agent: string) => {
  const [row] = await d.sql('select count(*)::int as n from auren.events where tenant_id = $1 and agent_id = $2', [
    d.tenantId,
    agent,
  ]);
  return row?.n as number;
};

describe('set_retention', () => {
  it('keeps what earns as many points as wanted, by default two or as many as there are criteria, and demotes the rest', async () => {
    const old = daysAfter(NOON, -20);
    const { ids, set, found, agent } = await anAgent(
      { priority: 9, confidence: 0.5, createdAt: old },
      { priority: 9, confidence: 0.8, createdAt: old },
      { priority: 1, confidence: 0.8 },
      { priority: 1, confidence: 0.1 },
    );
    const [one = '', two = '', three = '', four = ''] = ids;

    const three_criteria = await set({ criteria: { minPriority: 8, minConfidence: 0.7, maxAgeDays: 10 } });
    const tiers = await found();
    const one_criterion = await set({ criteria: { minPriority: 8 }, simulate: true });
    const all_of_three = await set({
      criteria: { minPriority: 8, minConfidence: 0.7, maxAgeDays: 10 },
      scoreThreshold: 3,
      simulate: true,
    });

    expect(three_criteria).toMatchObject({
      retained_count: 2,
      memory_ids: [two, three],
      released_count: 2,
      released_ids: [one, four],
    });
    expect(tiers).toEqual(['warm', 'hot', 'hot', 'warm']);
    expect(one_criterion).toMatchObject({ retained_count: 2, memory_ids: [one, two] });
    expect(all_of_three).toMatchObject({ retained_count: 0, released_count: 4 });
    expect((await d.memory.policy(d.caller(agent), agent)).id).toBe(three_criteria.policy_id);
  });

  it('counts uses that only Redis knows of yet', async () => {
    const { ids, set } = await anAgent({}, {});
    await d.project();
    for (let n = 0; n < 3; n += 1) await d.memory.retrieve(d.caller(), ids[0] ?? '', {});

    expect(await set({ criteria: { minAccessCount: 3 }, simulate: true })).toMatchObject({
      memory_ids: [ids[0]],
      released_ids: [ids[1]],
    });
  });

  it('a second time changes nothing and leaves no event; base priorities are never touched', async () => {
    const { agent, ids, set, found } = await anAgent({ priority: 9 }, { priority: 2 }, { priority: 3 });
    const action = { criteria: { minPriority: 5 } };
    const first = await set(action);
    const [events, tiers] = [await eventsOf(agent), await found()];

    const second = await set(action);

    expect([second, await eventsOf(agent), await found()]).toEqual([first, events, tiers]);
    const { memories } = await d.memory.getMany(d.caller(), ids, 1e6);
    expect(memories.map(({ priority, version }) => [priority, version])).toEqual([
      [9, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it('archives where that is asked, and leaves pins where they are', async () => {
    const { set, found } = await anAgent({ priority: 1 }, { priority: 1, pinned: true }, { priority: 9 });

    await set({ criteria: { minPriority: 5 }, onFail: 'archive' });

    expect(await found()).toEqual(['cold', 'hot', 'hot']);
  });

  it('simulated tells the same and writes nothing', async () => {
    const { agent, set, found } = await anAgent({ priority: 9 }, { priority: 2 });
    const before = await eventsOf(agent);

    const told = await set({ criteria: { minPriority: 5 }, onFail: 'archive', simulate: true });
    const unchanged = [await eventsOf(agent), await found(), await codeOf(d.memory.policy(d.caller(agent), agent))];
    const done = await set({ criteria: { minPriority: 5 }, onFail: 'archive' });

    expect(unchanged).toEqual([before, ['hot', 'hot'], 'not_found']);
    const { simulated, recalls_changed, ...rest } = told;
    expect([simulated, recalls_changed, rest]).toEqual([true, [], done]);
  });

  it('forgets only what was counted and confirmed', async () => {
    const { set, found } = await anAgent({ priority: 9 }, { priority: 2 }, { priority: 3 });
    const action = { criteria: { minPriority: 5 }, onFail: 'forget' as const };

    const refused = [await codeOf(set(action)), await codeOf(set({ ...action, confirmCount: 1 }))];
    const kept = await found();
    const { released_count: count } = await set({ ...action, simulate: true });
    await set({ ...action, confirmCount: Number(count) });

    expect([refused, kept]).toEqual([
      ['conflict', 'conflict'],
      ['hot', 'hot', 'hot'],
    ]);
    expect(await found()).toEqual(['hot', 'gone', 'gone']);
  });

  it('rehearses which recalls a forgetting would change, without counting them as uses', async () => {
    const { ids, set, agent } = await anAgent(
      { priority: 2, content: { text: 'melatonin and the sleep of shift workers' } },
      { priority: 9, content: { text: 'melatonin in the evening' } },
      { priority: 9, content: { text: 'coffee in the morning' } },
    );
    await d.drain();
    const queries = [aSearch('melatonin', { agentId: agent }), aSearch('coffee', { agentId: agent })];

    const { recalls_changed } = await set({ criteria: { minPriority: 5 }, onFail: 'forget', simulate: true, queries });

    const [change, ...others] = recalls_changed as { query: string; before: string[]; after: string[] }[];
    expect(others).toEqual([]);
    expect([change?.query, change?.before.toSorted(), change?.after]).toEqual([
      'melatonin',
      [ids[0], ids[1]].toSorted(),
      [ids[1]],
    ]);
    expect([...(await d.ports.hot.pendingUses(d.tenantId)).keys()].filter((id) => ids.includes(id))).toEqual([]);
  });

  it('is cleared with its marks, and another policy takes its place', async () => {
    const { agent, ids, set } = await anAgent({ priority: 9 });
    const marks = async () =>
      (await d.ports.catalog.find(d.tenantId, ids, 'none', d.clock.instant())).map(({ retainedBy }) => retainedBy);
    const first = await set({ criteria: { minPriority: 5 } });
    const second = await set({ criteria: { minPriority: 6 } });
    const marked = await marks();

    await d.memory.clearPolicy(d.caller(agent), agent);

    expect(marked).toEqual([second.policy_id]);
    expect(second.policy_id).not.toBe(first.policy_id);
    expect([await marks(), await codeOf(d.memory.policy(d.caller(agent), agent))]).toEqual([[null], 'not_found']);
  });
});
