/** Discovery: found again under the same name, said once, shown to nobody who may not see it, and never done twice at once. */
import { beforeEach, describe, expect, it } from 'vitest';
import { DISCOVERY } from '../../../layers/memory/feed/names.ts';
import { verifyChain } from '../../../layers/memory/log/chain.ts';
import type { DiscoverQuery } from '../../../layers/memory/memory.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { MIN_CLUSTER_SIZE, MIN_SIMILARITY } from '../../../layers/memory/model/pattern.ts';
import { CHAIN_KEY } from '../../support/builders.ts';
import { aSession, type Session, TENANT } from './session.ts';

const DEFAULTS: DiscoverQuery = {
  minClusterSize: MIN_CLUSTER_SIZE,
  minSimilarity: MIN_SIMILARITY,
  storeInsights: false,
};

let session: Session;
beforeEach(async () => {
  session = await aSession();
});

const PLACES = ['home', 'town', 'sea', 'work', 'school', 'noon', 'night'];

/** Memories that say nearly the same. */
async function alike(
  words: string,
  count: number,
  draft: Parameters<Session['store']>[0] = {},
): Promise<MemoryRecord[]> {
  const made: MemoryRecord[] = [];
  for (const place of PLACES.slice(0, count)) {
    made.push(await session.store({ content: { text: `${words} ${place}` }, ...draft }));
  }
  await session.index();
  return made;
}

const idsOf = (memories: readonly { id: string }[]) => memories.map(({ id }) => id).sort();
const find = async (query: Partial<DiscoverQuery> = {}, caller: Caller = session.caller()) =>
  (await session.memory.discover(caller, { ...DEFAULTS, ...query })).patterns;
const list = async (caller: Caller = session.caller()) => (await session.memory.patterns(caller, { limit: 50 })).items;
const said = async (caller: Caller = session.caller()) =>
  (await session.memory.events(caller, { order: 'asc', limit: 100, filter: { events: ['pattern.discovered'] } }))
    .events;

describe('discovery', () => {
  it('finds what memories have in common, and says it once', async () => {
    const sleep = await alike('deep sleep', 4, { confidence: 0.5 });
    const tea = await alike('green tea', 3, { agentId: 'chef', userId: 'u1', type: 'fact' });
    await session.store({ content: { text: 'the tax return is due in July' } });
    await session.index();

    const found = await find();

    expect(found.map(({ memories }) => idsOf(memories))).toEqual([idsOf(sleep), idsOf(tea)]);
    expect(found).toMatchObject([
      {
        size: 4,
        label: 'deep, sleep',
        dominantType: 'analysis',
        averageConfidence: 0.5,
        agents: ['neuroscientist'],
        users: [],
      },
      { size: 3, terms: ['green', 'tea'], dominantType: 'fact', agents: ['chef'], users: ['u1'], crossDomain: false },
    ]);
    expect(found.every(({ cohesion }) => cohesion > 0.7 && cohesion <= 1)).toBe(true);
    expect(await list()).toEqual(expect.arrayContaining(found));
    expect((await said()).map(({ data, seq }) => ({ ...data, seq }))).toEqual(
      found.map(({ id, size }) => ({ pattern_id: id, size, seq: 1 })),
    );
  });

  it('says nothing again of what has the same members', async () => {
    await alike('deep sleep', 4);
    const first = await find();
    session.ports.clock.advance({ days: 1 });

    const again = await find();

    expect(again).toEqual(first);
    expect(await said()).toHaveLength(1);
  });

  it('knows a pattern again that has grown: the same id, the next event of its stream', async () => {
    await alike('deep sleep', 4);
    const [before] = await find();
    session.ports.clock.advance({ days: 1 });
    const grown = await alike('deep sleep', 4, { agentId: 'coach' });

    const [after] = await find();

    expect(after).toMatchObject({ id: before?.id, size: 8, crossDomain: true, agents: ['coach', 'neuroscientist'] });
    expect(after?.discoveredAt).toBe(session.ports.clock.instant());
    expect(idsOf(after?.memories ?? [])).toEqual(expect.arrayContaining(idsOf(grown)));
    const stream = await session.ports.log.stream(TENANT, `pattern:${before?.id}`);
    expect(stream.map(({ seq, data }) => [seq, data.size])).toEqual([
      [1, 4],
      [2, 8],
    ]);
    expect(verifyChain(CHAIN_KEY, stream)).toBe(true);
  });

  it('calls patterns across types cross-domain', async () => {
    await alike('deep sleep', 2);
    await alike('deep sleep', 2, { type: 'fact' });

    expect(await find()).toMatchObject([{ size: 4, crossDomain: true, agents: ['neuroscientist'] }]);
  });

  it('drops what is no longer found', async () => {
    const sleep = await alike('deep sleep', 3);
    const tea = await alike('green tea', 3);
    await find();
    for (const [at, { id }] of sleep.entries()) await session.patch(id, { content: { text: PLACES[at] ?? '' } });
    await session.index();

    await find();

    expect((await list()).map(({ memories }) => idsOf(memories))).toEqual([idsOf(tea)]);
    expect(await said()).toHaveLength(2);
  });

  it('leaves out what says nothing and what is not indexed yet', async () => {
    for (let n = 0; n < 4; n++) await session.store({ content: { value: n } });
    await session.index();
    for (const place of PLACES) await session.store({ content: { text: `deep sleep ${place}` } });

    expect(await find()).toEqual([]);
  });

  it('goes by the size and the similarity that are asked for', async () => {
    await alike('deep sleep', 4);
    await alike('green tea', 2);

    expect((await find({ minClusterSize: 2 })).map(({ size }) => size)).toEqual([4, 2]);
    expect((await find({ minClusterSize: 5 })).map(({ size }) => size)).toEqual([]);
    expect(await find({ minSimilarity: 0.99 })).toEqual([]);
  });

  it('keeps to a user or an agent, whose patterns are others than the tenant’s', async () => {
    await alike('deep sleep', 3, { userId: 'u1' });
    await alike('deep sleep', 4, { userId: 'u2', agentId: 'coach' });

    const [whole, ofUser, ofAgent] = [await find(), await find({ userId: 'u1' }), await find({ agentId: 'coach' })];

    expect([whole, ofUser, ofAgent].map((found) => found.map(({ size }) => size))).toEqual([[7], [3], [4]]);
    expect(new Set([...whole, ...ofUser, ...ofAgent].map(({ id }) => id)).size).toBe(3);
    expect((await find())[0]?.id).toBe(whole[0]?.id);
    expect(await list()).toHaveLength(3);
  });

  it('needs Chroma, and changes nothing without it', async () => {
    await alike('deep sleep', 3);
    await find();
    session.ports.fail('chroma');

    await expect(find()).rejects.toMatchObject({ code: 'engine_unavailable', engine: 'chroma' });
    expect(await list()).toHaveLength(1);
    session.ports.restore('chroma');
    expect(await find()).toHaveLength(1);
  });

  it('is not done twice at once', async () => {
    await alike('deep sleep', 3);
    await session.ports.consumers.acquire(DISCOVERY, TENANT, 'another', 60_000);

    await expect(find()).rejects.toMatchObject({ code: 'in_progress' });

    while (!(await session.ports.consumers.release(DISCOVERY, TENANT, 'another')));
    expect(await find()).toHaveLength(1);
  });

  it('answers a repeated request with the patterns of the first, as they are now', async () => {
    const [first] = await alike('deep sleep', 4);
    const idempotency = { key: 'k', fingerprint: 'f' };
    const { patterns, replayed } = await session.memory.discover(session.caller(), DEFAULTS, idempotency);
    await alike('green tea', 3);
    await session.memory.delete(session.caller(), first?.id ?? '', {});

    const again = await session.memory.discover(session.caller(), DEFAULTS, idempotency);

    expect([replayed, again.replayed]).toEqual([false, true]);
    expect(again.patterns.map(({ id, size }) => [id, size])).toEqual([[patterns[0]?.id, 3]]);
    const other = session.memory.discover(session.caller(), DEFAULTS, { key: 'k', fingerprint: 'g' });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });
});

describe('what a pattern shows', () => {
  it('is told from the memories that are left', async () => {
    const [gone, expiring] = [
      (await alike('deep sleep', 1, { agentId: 'coach', type: 'fact' }))[0],
      await session.store({ content: { text: 'deep sleep indeed' }, userId: 'u1', ttlSeconds: 60 }),
    ];
    const staying = await alike('deep sleep', 3);
    await find();

    await session.memory.delete(session.caller(), gone?.id ?? '', {});
    session.ports.clock.advance({ seconds: 61 });

    const [left] = await list();
    expect(left).toMatchObject({ size: 3, agents: ['neuroscientist'], users: [], crossDomain: false });
    expect(idsOf(left?.memories ?? [])).toEqual(idsOf(staying));
    expect(idsOf(left?.memories ?? [])).not.toContain(expiring.id);
    await session.memory.delete(session.caller(), staying[0]?.id ?? '', {});
    expect(await list()).toEqual([]);
  });
});

describe('a bound key', () => {
  const ann = () => session.caller('ann');
  const bob = () => session.caller('bob');

  it('finds patterns in what it may read alone', async () => {
    const own = await alike('deep sleep', 3, { agentId: 'ann' });
    await alike('deep sleep', 4, { agentId: 'bob' });
    const open = await alike('green tea', 3, { agentId: 'bob', userId: 'u1' });

    const found = await find({}, ann());

    expect(found.map(({ memories }) => idsOf(memories)).sort()).toEqual([idsOf(own), idsOf(open)].sort());
  });

  it('does not see patterns, nor their events, in which there is a memory that it may not read', async () => {
    await alike('deep sleep', 3, { agentId: 'ann' });
    await alike('sleep deep', 2, { agentId: 'bob' });
    await alike('green tea', 3, { agentId: 'ann', userId: 'u1' });
    await alike('red wine', 3, { agentId: 'ann' });

    await find();

    const topics = async (caller: Caller) =>
      (await list(caller)).map(({ terms }) => terms.slice(0, 2).sort().join(' ')).sort();
    expect(await topics(session.caller())).toEqual(['deep sleep', 'green tea', 'red wine']);
    expect(await topics(ann())).toEqual(['green tea', 'red wine']);
    expect(await topics(bob())).toEqual(['green tea']);
    for (const caller of [session.caller(), ann(), bob()]) {
      const told = (await said(caller)).map(({ data }) => data.pattern_id);
      expect(told.sort()).toEqual((await list(caller)).map(({ id }) => id).sort());
    }
  });
});
