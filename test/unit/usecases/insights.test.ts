/** Patterns as memories: one each, updated by later runs, private to their agent, and no food for discovery. */
import { beforeEach, describe, expect, it } from 'vitest';
import { composeDiscovering, usePorts } from '../../../layers/memory/compose.ts';
import { DISCOVERY } from '../../../layers/memory/feed/names.ts';
import type { Memory } from '../../../layers/memory/model/memory.ts';
import { INSIGHT_AGENT } from '../../../layers/memory/usecases/discover/insights.ts';
import { aSession, type Session, TENANT } from './session.ts';

const WITH_INSIGHTS = { minClusterSize: 3, minSimilarity: 0.7, storeInsights: true };
const SOON = () => new Date(Date.now() + 60_000);

let session: Session;
beforeEach(async () => {
  session = await aSession();
});

async function alike(words: string, count: number, draft: Parameters<Session['store']>[0] = {}): Promise<void> {
  for (let n = 0; n < count; n++) await session.store({ content: { text: `${words} number${n}` }, ...draft });
  await session.index();
}

const discover = (query = {}, caller = session.caller()) =>
  session.memory.discover(caller, { ...WITH_INSIGHTS, ...query });
const insights = async (caller = session.caller()): Promise<Memory[]> => {
  const query = { type: 'insight', order: 'created_at', limit: 50 } as const;
  return (await session.memory.list(caller, query, 1_000_000)).items;
};

describe('an insight', () => {
  it('says what a pattern is about and which memories it holds', async () => {
    await alike('deep sleep', 4);

    const [pattern] = (await discover()).patterns;

    expect(await insights()).toMatchObject([
      {
        agentId: INSIGHT_AGENT,
        userId: null,
        visibility: 'agent',
        key: `pattern:${pattern?.id}`,
        source: 'agent',
        confidence: 0.7,
        metadata: { pattern_id: pattern?.id },
        content: {
          text: '4 memories have this in common: deep, sleep.',
          terms: ['deep', 'sleep'],
          memory_ids: pattern?.memories.map(({ id }) => id),
        },
      },
    ]);
  });

  it('is updated by the next run, and left alone by one that finds the same', async () => {
    await alike('deep sleep', 4);
    await discover();
    const [first] = await insights();
    await discover();
    const [same] = await insights();
    await alike('deep sleep', 3, { agentId: 'coach' });

    await discover();

    const all = await insights();
    expect([same?.version, all.length]).toEqual([1, 1]);
    expect(all[0]).toMatchObject({
      id: first?.id,
      version: 2,
      content: { text: expect.stringContaining('7 memories') },
    });
  });

  it('is no memory to find patterns in', async () => {
    for (const topic of ['deep sleep', 'green tea', 'red wine', 'tall trees']) await alike(topic, 3);
    await discover();
    await session.index();

    const { patterns } = await discover();

    expect([patterns.length, (await insights()).length]).toEqual([4, 4]);
  });

  it('belongs to the agent whose memories were asked for, to a bound key’s agent, and to the person asked about', async () => {
    await alike('deep sleep', 3, { agentId: 'ann', userId: 'u1' });

    await discover({ agentId: 'ann' });
    await discover({ userId: 'u1' }, session.caller('bob'));

    expect((await insights()).map(({ agentId, userId }) => [agentId, userId])).toEqual([
      ['ann', null],
      ['bob', 'u1'],
    ]);
    expect((await insights(session.caller('bob'))).map(({ agentId }) => agentId)).toEqual(['bob']);
  });
});

describe('the schedule', () => {
  it('stores insights only where the configuration says so, and signs its events', async () => {
    await alike('deep sleep', 3);
    const silent = await (await composeDiscovering()).discoverAll(SOON());
    expect([silent.insights, (await insights()).length]).toEqual([0, 0]);
    usePorts({ ...session.ports, patternInsights: true });

    const report = await (await composeDiscovering()).discoverAll(SOON());

    expect(report).toMatchObject({ patterns: { found: 1, new: 0, changed: 0, dropped: 0 }, insights: 1 });
    expect(await insights()).toHaveLength(1);
    const { events } = await session.memory.events(session.caller(), {
      order: 'asc',
      limit: 10,
      filter: { events: ['pattern.discovered'] },
    });
    expect(events.map(({ actor }) => actor)).toEqual(['system:discover-patterns']);
  });

  it('leaves a tenant to whoever is at it, and stops when its time is over', async () => {
    await session.ports.consumers.acquire(DISCOVERY, TENANT, 'another', 60_000);
    const discovering = await composeDiscovering();

    const held = await discovering.discoverAll(SOON());
    const late = await discovering.discoverAll(new Date(Date.now() - 1));

    expect(held.tenants).toMatchObject({ discovered: 0, held_elsewhere: 1, left: 0 });
    expect(late.tenants).toMatchObject({ discovered: 0, held_elsewhere: 0, left: 1 });
  });
});
