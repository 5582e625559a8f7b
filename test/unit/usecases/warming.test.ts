/** Predictive warming by the sweep: what is recalled together or by habit comes up one tier, and nothing is pushed aside for it. */
import { describe, expect, it } from 'vitest';
import { composeSweep } from '../../../layers/memory/compose.ts';
import type { MemoryDraft } from '../../../layers/memory/memory.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, rowOf, TENANT } from './session.ts';

const WARM = { createdAt: daysAfter(NOON, -100) };

/** Three joint recalls, each five days after the one before: too far apart to lift the two by use. */
async function prepare(draft: Partial<MemoryDraft> = {}, overrides: Parameters<typeof aSession>[0] = {}) {
  const session = await aSession(overrides);
  const { ports, store, memory, caller, retrieve } = session;
  const { sweep } = await composeSweep();
  const run = () => sweep(new Date(Date.now() + 5_000));
  const first = await store({ ...WARM, userId: 'ada' });
  const partner = await store({ ...WARM, userId: 'ada', ...draft });
  for (let n = 0; n < 3; n += 1) {
    ports.clock.advance({ days: 5 });
    await memory.getMany(caller(), [first.id, partner.id], 1e6);
  }
  await run();
  ports.clock.advance({ days: 5 });
  const tierOf = async (id = partner.id) => (await rowOf(session, id))?.tier;
  const prediction = async () => (await memory.stats(caller(), {})).prediction;
  return { ...session, session, run, first, partner, tierOf, prediction, recall: () => retrieve(first.id) };
}

describe('what is recalled together', () => {
  it('is warmed when one of it is used: one tier up, with an event that says why', async () => {
    const { run, first, partner, tierOf, recall, events, prediction } = await prepare();
    const before = await tierOf();
    await recall();

    const report = await run();

    expect([before, await tierOf(), await tierOf(first.id)]).toEqual(['warm', 'hot', 'warm']);
    expect(report).toMatchObject({ moved: { prediction: 1, use: 0 } });
    expect((await events(partner.id)).at(-1)).toMatchObject({
      type: 'memory.tier_changed',
      actor: 'system:migrate-tiers',
      data: { from: 'warm', to: 'hot', reason: 'prediction', hold: null },
    });
    expect(await prediction()).toEqual({ warmed: 1, hit_rate: null });
    expect(await run()).toMatchObject({ moved: { prediction: 0 } });
  });

  it('comes from cold to warm', async () => {
    const { run, tierOf, recall } = await prepare({ createdAt: daysAfter(NOON, -800) });
    await recall();
    await run();

    expect(await tierOf()).toBe('warm');
  });

  it('was rightly warmed where it is used within seven days', async () => {
    const { ports, run, partner, recall, retrieve, prediction } = await prepare();
    await recall();
    await run();
    ports.clock.advance({ days: 2 });
    await retrieve(partner.id);
    await run();

    // The second is the other of the two, warmed in its turn and not decided yet.
    expect(await prediction()).toEqual({ warmed: 2, hit_rate: 1 });
  });

  it('and not used goes down by the rules of all, and is not warmed again for a month', async () => {
    const { ports, run, recall, tierOf, prediction } = await prepare();
    await recall();
    await run();
    const tiers = [];
    for (const days of [6, 2, 2, 25]) {
      ports.clock.advance({ days });
      await recall();
      await run();
      tiers.push(await tierOf());
    }

    expect(tiers).toEqual(['hot', 'warm', 'warm', 'warm']);
    expect(await prediction()).toEqual({ warmed: 0, hit_rate: null });
  });

  it.each([
    ['pushes nothing aside: only nine tenths of the tier are for guesses', {}, { hotCapacity: 1 }, 'warm'],
    ['stays where it is while warming is switched off', {}, { predictiveWarming: false }, 'warm'],
  ] as const)('%s', async (_, draft, overrides, expected) => {
    const { run, recall, tierOf, memory, caller } = await prepare(draft, overrides);
    await recall();

    expect(await run()).toMatchObject({ moved: { prediction: 0 } });
    expect(await tierOf()).toBe(expected);
    const { access_patterns: patterns } = await memory.stats(caller(), { userId: 'ada' });
    expect(patterns).toEqual([{ user_id: 'ada', type: 'analysis', hour: 12, count: 7 }]);
  });

  it('stays where its agent has put it, and where the agent’s policy leaves it', async () => {
    const [held, ruled] = [await prepare(), await prepare({ agentId: 'coach' })];
    const demoting = { action: 'demote' as const, memoryIds: [held.partner.id] };
    await held.memory.control(held.caller(), 'neuroscientist', demoting, {});
    const criteria = { minPriority: 9 };
    const policy = { action: 'set_retention', criteria, onFail: 'demote', simulate: false, queries: [] } as const;
    await ruled.memory.control(ruled.caller(), 'coach', { ...policy, queries: [] }, {});
    const tiers = [];
    for (const world of [held, ruled]) {
      world.ports.clock.advance({ days: 2 });
      await world.recall();
      await world.run();
      tiers.push(await world.tierOf());
    }

    expect(tiers).toEqual(['cold', 'warm']);
  });

  it('waits for Redis', async () => {
    const { ports, run, recall, tierOf } = await prepare();
    await recall();
    ports.fail('redis');
    await run();
    ports.restore('redis');
    const without = await tierOf();
    await run();

    expect([without, await tierOf()]).toEqual(['warm', 'hot']);
  });
});

describe('a habit', () => {
  it('warms a person’s best memories of the type an hour ahead: three of them, by the score that uses and priority make', async () => {
    const session = await aSession();
    const { ports, store, retrieve, memory, caller } = session;
    const { sweep } = await composeSweep();
    const run = () => sweep(new Date(Date.now() + 5_000));
    const made = [];
    for (let priority = 1; priority < 6; priority += 1) made.push(await store({ ...WARM, userId: 'ada', priority }));
    const others = [await store({ ...WARM, userId: 'bob' }), await store({ ...WARM, userId: 'ada', type: 'fact' })];
    for (let n = 0; n < 5; n += 1) {
      ports.clock.advance({ days: 4 });
      await retrieve(made[0]?.id ?? '');
    }
    await run();
    ports.clock.advance({ seconds: 22 * 3_600 });
    const hoursBefore = await run();
    ports.clock.advance({ seconds: 3_600 });
    const hourBefore = await run();
    const tiers = await Promise.all([...made, ...others].map(async ({ id }) => (await rowOf(session, id))?.tier));

    expect([hoursBefore, hourBefore]).toMatchObject([{ moved: { prediction: 0 } }, { moved: { prediction: 3 } }]);
    expect(tiers).toEqual(['hot', 'warm', 'warm', 'hot', 'hot', 'warm', 'warm']);
    expect(await memory.stats(caller(), { userId: 'bob' })).toMatchObject({
      access_patterns: [],
      prediction: { warmed: 0 },
    });
  });
});

describe('stats', () => {
  it('count nothing themselves', async () => {
    const { memory, caller, ports } = await prepare();
    const first = await memory.stats(caller(), {});

    const second = await memory.stats(caller(), {});

    expect(second).toEqual(first);
    expect(await ports.hot.pendingUses(TENANT)).toEqual(new Map());
    expect((await ports.hot.takeRecalls(TENANT, NOON)).fresh).toEqual([]);
  });
});
