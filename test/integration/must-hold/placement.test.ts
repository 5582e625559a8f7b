/** Where a memory is: by its age, its worth, and its agent's word; and that the tiers really hold what the catalog says. */
import { createChroma } from '@auren/memory/clients/chroma.ts';
import { hotKeys } from '@auren/memory/keys.ts';
import type { ControlAction } from '@auren/memory/memory.ts';
import type { TierName } from '@auren/memory/model/memory.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { daysAfter, NOON } from '../../support/clock.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';

const CANARY = 'canary-7b1d9f';
const AGENT = 'neuroscientist';
const MONTHS_8 = daysAfter(NOON, -240);
const YEARS_2 = daysAfter(NOON, -730);
const DOCUMENT_CALLS = { include: ['documents' as const, 'metadatas' as const] };

let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});

const tierOf = async (id: string): Promise<TierName> => (await d.memory.retrieve(d.caller(), id, {})).tier;
const hasHotCopy = async (id: string) => (await d.ports.hot.get(d.tenantId, [id])).has(id);

/** The record in Chroma as it lies there, past the adapters. */
async function inChroma(id: string) {
  const { CHROMA_URL: url } = sharedEngines();
  const chroma = createChroma(
    { url, apiKey: undefined, tenant: undefined, database: undefined },
    'universal-sentence-encoder-lite',
  );
  const found = await chroma.read(d.tenantId, (records) => records.get({ ids: [id], ...DOCUMENT_CALLS }));
  return { found: found?.ids.length === 1, document: found?.documents[0] ?? '', text: JSON.stringify(found) };
}

/** Everywhere a memory of the tier must be found, and must not. */
async function expectIn(tier: TierName, id: string) {
  const [row] = await d.sql('select tier, content from auren.memories where tenant_id = $1 and id = $2', [
    d.tenantId,
    id,
  ]);
  const { found, document } = await inChroma(id);
  expect({
    tier: row?.tier,
    hot: await hasHotCopy(id),
    warm: row?.content != null,
    indexed: found,
    cold: document !== '',
  }).toEqual({
    tier,
    hot: tier === 'hot',
    warm: tier === 'warm',
    indexed: true,
    cold: tier === 'cold',
  });
}

async function control(
  action: Exclude<ControlAction['action'], 'set_retention' | 'prioritize'>,
  ...memoryIds: string[]
) {
  return (await d.memory.control(d.caller(AGENT), AGENT, { action, memoryIds }, {})).body;
}

describe('age', () => {
  it('places what is younger than 30 days hot, 8 months warm, 2 years cold, each in its own engine alone', async () => {
    const young = await d.store();
    const months = await d.store({ createdAt: MONTHS_8 });
    const years = await d.store({ createdAt: YEARS_2 });
    await d.drain();

    await expectIn('hot', young.id);
    await expectIn('warm', months.id);
    await expectIn('cold', years.id);
    expect([await tierOf(young.id), await tierOf(months.id), await tierOf(years.id)]).toEqual(['hot', 'warm', 'cold']);
  });

  it('seals what it stores cold: nothing of the content is readable in Chroma, and it is read back whole', async () => {
    const content = { text: CANARY, nested: { list: [CANARY, 1, null] } };
    const { id } = await d.store({ createdAt: YEARS_2, content });
    await d.drain();

    const raw = await inChroma(id);
    const read = await d.memory.retrieve(d.caller(), id, {});

    expect(raw.document.length).toBeGreaterThan(0);
    expect(raw.text).not.toContain(CANARY);
    expect([read.tier, read.content]).toEqual(['cold', content]);
  });

  it('reads a cold memory that no consumer has seen yet', async () => {
    const { id, content } = await d.store({ createdAt: YEARS_2 });

    const read = await d.memory.retrieve(d.caller(), id, {});

    expect([read.tier, read.content]).toEqual(['cold', content]);
  });

  it('survives every move', async () => {
    const { id } = await d.store({ createdAt: YEARS_2 });
    for (const action of ['promote', 'promote', 'demote', 'archive', 'pin'] as const) await control(action, id);

    expect((await d.memory.retrieve(d.caller(), id, {})).createdAt).toBe(YEARS_2);
  });
});

describe('worth', () => {
  it.each([{ priority: 8 }, { confidence: 0.9 }])('stores twice at %o, in PostgreSQL as well', async (worth) => {
    const { id, content, dualStored } = await d.store(worth);
    const below = await d.store({ priority: 7.99, confidence: 0.89 });

    const copies = await d.ports.warm.get(d.tenantId, [id, below.id]);

    expect([dualStored, below.dualStored]).toEqual([true, false]);
    expect([...copies.values()].map((copy) => [copy.id, copy.content])).toEqual([[id, content]]);
    expect(await hasHotCopy(id)).toBe(true);
  });

  it('is judged anew by every change', async () => {
    const { id } = await d.store({ priority: 8 });

    const less = await d.memory.update(d.caller(), id, { priority: 3 }, {});
    const [row] = await d.sql('select content from auren.memories where id = $1', [id]);
    const more = await d.memory.update(d.caller(), id, { confidence: 0.95 }, {});
    const copies = await d.ports.warm.get(d.tenantId, [id]);

    expect([less.dualStored, row?.content, more.dualStored]).toEqual([false, null, true]);
    expect(copies.get(id)?.content).toEqual(more.content);
  });
});

describe('a change', () => {
  it('brings a cold memory warm in the same commit, and leaves nothing of it in the cold', async () => {
    const { id } = await d.store({ createdAt: YEARS_2, content: { text: `${CANARY} before` } });
    await d.drain();

    const changed = await d.memory.update(d.caller(), id, { content: { text: 'after' } }, {});
    const readAtOnce = await d.memory.retrieve(d.caller(), id, {});
    await d.drain();

    expect([changed.tier, readAtOnce.tier, readAtOnce.content]).toEqual(['warm', 'warm', { text: 'after' }]);
    await expectIn('warm', id);
  });

  it.each([
    ['hot', undefined],
    ['warm', MONTHS_8],
    ['cold', YEARS_2],
  ] as const)('of content, metadata and numbers is read back from %s', async (_, createdAt) => {
    const { id } = await d.store({ ...(createdAt && { createdAt }), metadata: { a: 1, b: 'x' } });
    await d.drain();

    await d.memory.update(
      d.caller(),
      id,
      { content: { new: true }, metadata: { a: null, c: 2 }, priority: 2, confidence: 0.1 },
      {},
    );
    const read = await d.memory.retrieve(d.caller(), id, {});

    expect(read).toMatchObject({
      content: { new: true },
      metadata: { b: 'x', c: 2 },
      priority: 2,
      confidence: 0.1,
      version: 2,
    });
  });
});

describe('an agent', () => {
  it('archives, promotes, demotes, and the memory is really there and nowhere else', async () => {
    const { id } = await d.store({ content: { text: CANARY } });
    const seen = [];
    for (const action of ['archive', 'promote', 'promote', 'demote'] as const) {
      await control(action, id);
      const atOnce = await tierOf(id);
      await d.drain();
      await expectIn(atOnce, id);
      seen.push(atOnce);
    }

    expect(seen).toEqual(['cold', 'warm', 'hot', 'warm']);
    expect((await d.memory.retrieve(d.caller(), id, {})).content).toEqual({ text: CANARY });
  });

  it('answers what was done and what was skipped, by its contract', async () => {
    const own = await d.store();
    const other = await d.store({ agentId: 'librarian', visibility: 'user', userId: 'u' });
    const hidden = await d.store({ agentId: 'librarian' });
    const ids = [own.id, other.id, hidden.id, 'mem_nope', own.id];

    const archived = await control('archive', ...ids);
    const again = await control('archive', own.id);

    const skipped = [
      { id: other.id, reason: 'not_owner' },
      { id: hidden.id, reason: 'not_found' },
      { id: 'mem_nope', reason: 'not_found' },
    ];
    expect(archived).toEqual({ action: 'archive', archived_count: 1, skipped });
    expect(again).toEqual({ action: 'archive', archived_count: 0, skipped: [{ id: own.id, reason: 'unchanged' }] });
    expect(await tierOf(other.id)).toBe('hot');
  });

  it('pins from anywhere to hot, and a pin holds against archive and demote until it is taken back', async () => {
    const { id } = await d.store({ createdAt: YEARS_2 });
    await control('pin', id);
    await d.drain();
    await expectIn('hot', id);

    const refused = [await control('archive', id), await control('demote', id)];
    await control('unpin', id);
    await control('demote', id);

    expect(refused.map(({ skipped }) => skipped)).toEqual(Array(2).fill([{ id, reason: 'pinned' }]));
    expect(await d.memory.retrieve(d.caller(), id, {})).toMatchObject({ tier: 'warm', pinned: false });
  });

  it('prioritizes: priority times the factor, at most 10, and Redis has it at once', async () => {
    const four = await d.store({ priority: 4 });
    const nine = await d.store({ priority: 9 });
    const action = { action: 'prioritize' as const, memoryIds: [four.id, nine.id], boostFactor: 1.5 };

    const { body } = await d.memory.control(d.caller(AGENT), AGENT, action, {});
    await d.project();
    const read = await d.memory.getMany(d.caller(), [four.id, nine.id], 1e6);

    expect(body).toEqual({ action: 'prioritize', updated_count: 2, memory_ids: [four.id, nine.id], skipped: [] });
    expect(read.memories.map(({ priority, version }) => [priority, version])).toEqual([
      [6, 2],
      [10, 2],
    ]);
  });

  it('forgets: the memory is in no tier, index, list or count any more', async () => {
    const before = await d.memory.stats(d.caller(), {});
    const kinds = [
      await d.store({ content: { text: CANARY } }),
      await d.store({ createdAt: MONTHS_8 }),
      await d.store({ createdAt: YEARS_2 }),
    ];
    await d.drain();

    await control('forget', ...kinds.map(({ id }) => id));
    await d.drain();

    const after = await d.memory.stats(d.caller(), {});
    expect([after.total_memories, after.tier_distribution]).toEqual([before.total_memories, before.tier_distribution]);
    for (const { id } of kinds) {
      expect([await hasHotCopy(id), (await inChroma(id)).found]).toEqual([false, false]);
      await expect(d.memory.retrieve(d.caller(), id, {})).rejects.toMatchObject({ code: 'not_found' });
    }
    const [left] = await d.sql(
      'select count(*)::int as n from auren.events where stream_id = any($1) and payload is not null',
      [kinds.map(({ id }) => id)],
    );
    expect(left?.n).toBe(0);
  });

  it('may not govern another agent', async () => {
    const call = d.memory.control(d.caller('librarian'), AGENT, { action: 'pin', memoryIds: [] }, {});

    await expect(call).rejects.toMatchObject({ code: 'agent_mismatch' });
  });
});

describe('uses', () => {
  it('are counted exactly while hot: each retrieve, each many-get, never a list, a history or a count', async () => {
    const { id } = await d.store();
    await d.drain();
    for (let n = 0; n < 3; n += 1) await d.memory.retrieve(d.caller(), id, {});
    await d.memory.getMany(d.caller(), [id, id], 1e6);
    await d.memory.list(d.caller(), { order: '-created_at', limit: 10 }, 1e6);
    await d.memory.history(d.caller(), id);
    await d.memory.stats(d.caller(), {});

    const { accessCount, lastAccessedAt } = await d.memory.retrieve(d.caller(), id, {});

    expect([accessCount, lastAccessedAt]).toEqual([5, d.clock.instant()]);
  });

  it('survive a change of the memory', async () => {
    const { id } = await d.store();
    await d.drain();
    await d.memory.retrieve(d.caller(), id, {});
    await d.memory.update(d.caller(), id, { priority: 9 }, {});
    await d.project();

    expect((await d.memory.retrieve(d.caller(), id, {})).accessCount).toBe(2);
  });
});

describe('capacity', () => {
  it('is never exceeded: 200 stores into 50 leave 50 at most in Redis and by the catalog; the rest is warm and readable', async () => {
    const small = await domain(sharedEngines(), { settings: { AUREN_HOT_CAPACITY: '50' } });
    const scores = hotKeys(small.tenantId).scores;
    const ids: string[] = [];
    const counts: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const some = await Promise.all(
        Array.from({ length: 10 }, (_, n) => small.store({ content: { n: round * 10 + n } })),
      );
      ids.push(...some.map(({ id }) => id));
      counts.push(await small.redis.zcard(scores));
    }
    await small.drain();
    counts.push(await small.redis.zcard(scores));

    const { memories, missing } = await small.memory.getMany(small.caller(), ids, 1e7);
    const stats = await small.memory.stats(small.caller(), {});
    const hot = memories.filter(({ tier }) => tier === 'hot').length;
    expect(Math.max(...counts)).toBeLessThanOrEqual(50);
    expect(missing).toEqual([]);
    expect(memories.map(({ content }) => content.n).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 200 }, (_, n) => n),
    );
    expect([hot, 200 - hot]).toEqual([
      await small.redis.zcard(scores),
      (stats.tier_distribution as { warm: number }).warm,
    ]);
    const moves = await small.sql(
      `select count(*)::int as n from auren.events where tenant_id = $1 and type = 'memory.tier_changed'
      and data ->> 'reason' = 'pressure'`,
      [small.tenantId],
    );
    expect(moves[0]?.n).toBe(200 - hot);
  });

  it('gives pins half of it and says so of the others', async () => {
    const small = await domain(sharedEngines(), { settings: { AUREN_HOT_CAPACITY: '6' } });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await small.store()).id);

    const pinning = await small.memory.control(small.caller(), AGENT, { action: 'pin', memoryIds: ids }, {});

    const skipped = ids.slice(3).map((id) => ({ id, reason: 'capacity' }));
    expect(pinning.body).toEqual({ action: 'pin', updated_count: 3, skipped });
    await expect(small.store({ pinned: true })).rejects.toMatchObject({ code: 'conflict' });
    await expect(small.memory.update(small.caller(), ids[4] ?? '', { pinned: true }, {})).rejects.toMatchObject({
      code: 'conflict',
    });
    for (let n = 0; n < 12; n += 1) await small.store({ priority: 10 });
    const { memories } = await small.memory.getMany(small.caller(), ids.slice(0, 3), 1e6);
    expect(memories.map(({ tier, pinned }) => [tier, pinned])).toEqual(Array(3).fill(['hot', true]));
  });
});
