/** An export: all that is kept of a person, in pages that neither repeat nor leave out, and without counting as a use. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Exported } from '../../../layers/memory/memory.ts';
import { aSearch } from '../../support/a-search.ts';
import { NOON } from '../../support/clock.ts';
import { aSession, type Session, TENANT } from './session.ts';

const USER = 'u1';
const LARGE = 1_000_000;

let session: Session;
beforeEach(async () => {
  session = await aSession();
});

async function walk(limit: number, bytesMax = LARGE): Promise<{ items: Exported[]; sizes: number[] }> {
  const items: Exported[] = [];
  const sizes: number[] = [];
  let cursor: string | undefined;
  do {
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await session.memory.exportPerson(session.caller(), USER, page, bytesMax);
    items.push(...answer.items);
    sizes.push(answer.items.length);
    cursor = answer.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { items, sizes };
}

async function storeSome(): Promise<void> {
  const first = await session.store({ userId: USER, agentId: 'coach', visibility: 'agent' });
  await session.patch(first.id, { content: { text: 'second' } });
  await session.store({ userId: USER }, { key: 'once', fingerprint: 'f' });
  const gone = await session.store({ userId: USER });
  await session.memory.delete(session.caller(), gone.id, {});
  await session.store({ userId: 'u10' });
}

describe('an export', () => {
  it('gives memories, then events with the content that is left, then what is kept beside them', async () => {
    await storeSome();

    const { items, sizes } = await walk(100);

    expect(sizes).toEqual([8]);
    expect(
      items.map((item) => (item.kind === 'event' ? [item.event.type, item.event.payload?.content] : item.kind)),
    ).toEqual([
      'memory',
      'memory',
      ['memory.stored', { text: 'sleep' }],
      ['memory.updated', { text: 'second' }],
      ['memory.stored', { text: 'sleep' }],
      ['memory.stored', undefined],
      ['memory.deleted', undefined],
      'idempotency',
    ]);
  });

  it.each([1, 2, 3, 7])('in pages of %i is the same', async (limit) => {
    await storeSome();

    const { items, sizes } = await walk(limit);

    expect(items).toEqual((await walk(100)).items);
    expect(sizes.slice(0, -1).every((size) => size === limit)).toBe(true);
  });

  it('stops a page at its bytes, with one thing at least', async () => {
    await storeSome();

    const { items, sizes } = await walk(100, 1);

    expect(sizes).toEqual(Array(8).fill(1));
    expect(items).toEqual((await walk(100)).items);
  });

  it('ends with what was derived from them: queries, and patterns with their own memories alone', async () => {
    for (const userId of [USER, USER, 'u10']) await session.store({ userId, content: { text: 'deep sleep' } });
    await session.index();
    await session.memory.discover(session.caller(), { minClusterSize: 3, minSimilarity: 0.7, storeInsights: false });
    const asked = { id: 'qry_1', agentId: 'coach', at: NOON, query: aSearch('sleep', { userId: USER }) };
    await session.ports.queries.add(TENANT, [asked]);

    const { items } = await walk(1);

    const own = items.flatMap((item) => (item.kind === 'memory' ? [item.memory.id] : []));
    expect(own).toHaveLength(2);
    expect(items.slice(-2)).toMatchObject([
      { kind: 'query', data: { id: 'qry_1', agent_id: 'coach', query: { query: 'sleep' } } },
      { kind: 'pattern', data: { terms: expect.arrayContaining(['sleep']), memory_ids: expect.arrayContaining(own) } },
    ]);
    expect(items.at(-1)).toHaveProperty('data.memory_ids.length', 2);
  });

  it('needs neither Redis nor Chroma, and counts as no use', async () => {
    const { id } = await session.store({ userId: USER });
    session.ports.fail('redis');
    session.ports.fail('chroma');

    const { items } = await walk(10);

    session.ports.restore('redis');
    expect(items).toHaveLength(2);
    expect((await session.ports.hot.pendingUses(TENANT)).has(id)).toBe(false);
  });

  it('refuses a bound key, and a cursor that is none of its own', async () => {
    const page = { limit: 1 };
    const bound = session.memory.exportPerson(session.caller('coach'), USER, page, LARGE);
    const strange = Buffer.from('["space","",0]').toString('base64url');
    const wrong = session.memory.exportPerson(session.caller(), USER, { ...page, cursor: strange }, LARGE);

    await expect(bound).rejects.toMatchObject({ code: 'agent_mismatch' });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_field', errors: [{ path: 'cursor' }] });
  });
});
