/** The map: a point for each memory that says something and may be read, with the pattern that holds it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { aSession, type Session } from './session.ts';

let session: Session;
beforeEach(async () => {
  session = await aSession();
});

const store = (text: string, draft = {}) => session.store({ content: { text }, ...draft });

describe('the map', () => {
  it('places memories by meaning and names their patterns', async () => {
    const sleep = [await store('deep sleep one'), await store('deep sleep two'), await store('deep sleep three')];
    const [tea, old] = [await store('green tea'), await store('a volcano', { createdAt: '2020-01-01T00:00:00.000Z' })];
    await session.store({ content: { value: 1 } });
    await session.index();
    const query = { minClusterSize: 3, minSimilarity: 0.7, storeInsights: false };
    const [pattern] = (await session.memory.discover(session.caller(), query)).patterns;

    const points = await session.memory.map(session.caller(), {});

    const ids = [...sleep, tea, old].map(({ id }) => id);
    expect(points.map(({ memoryId }) => memoryId).sort()).toEqual(ids.sort());
    for (const { x, y } of points) expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1);
    const of = (id: string) => points.find(({ memoryId }) => memoryId === id);
    for (const { id } of sleep) expect(of(id)?.patternId).toBe(pattern?.id);
    expect(of(tea.id)).toMatchObject({ patternId: null, type: 'analysis', tier: 'hot' });
    expect(of(old.id)).toMatchObject({ tier: 'cold' });
    expect(await session.memory.map(session.caller(), {})).toEqual(points);
  });

  it('shows a key what it may read, of whom it asks for', async () => {
    const [own, open] = [await store('tea', { agentId: 'ann' }), await store('wine', { agentId: 'bob', userId: 'u1' })];
    await store('secret', { agentId: 'bob' });
    await session.index();
    const seen = async (whose = {}) =>
      (await session.memory.map(session.caller('ann'), whose)).map(({ memoryId }) => memoryId).sort();

    expect(await seen()).toEqual([own.id, open.id].sort());
    expect(await seen({ userId: 'u1' })).toEqual([open.id]);
    expect(await seen({ agentId: 'ann' })).toEqual([own.id]);
    expect(await seen({ userId: 'nobody' })).toEqual([]);
  });

  it('needs Chroma', async () => {
    await store('tea');
    session.ports.fail('chroma');

    await expect(session.memory.map(session.caller(), {})).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});
