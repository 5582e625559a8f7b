/** Search as of an instant over ports in memory: what it asks, what it leaves alone, and where it stops. */
import { describe, expect, it } from 'vitest';
import type { PastDocument, SearchQuery } from '../../../layers/memory/search/port.ts';
import { createSearch } from '../../../layers/memory/usecases/search-memories.ts';
import { PAST_MEMORIES_MAX } from '../../../layers/memory/usecases/search-past.ts';
import { aSearch } from '../../support/a-search.ts';
import { aCaller, aMemory, stored, updated } from '../../support/builders.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import { type InMemoryPorts, inMemoryPorts } from '../../support/in-memory/index.ts';

const TENANT = 't';
const LATER = secondsAfter(NOON, 60);
const find = (ports: InMemoryPorts, query: string, options: Partial<SearchQuery> = {}) =>
  createSearch(ports).search(
    aCaller(TENANT, { agentId: 'neuroscientist' }),
    aSearch(query, { asOf: NOON, ...options }),
  );

async function changed(): Promise<InMemoryPorts> {
  const ports = inMemoryPorts();
  const first = stored(TENANT, aMemory({ content: { text: 'sleep quality' } }));
  const second = updated(TENANT, first.record, { content: { text: 'tea' } }, { at: LATER });
  for (const { commit } of [first, second]) await ports.log.commit(commit);
  return ports;
}

describe('search as of an instant', () => {
  it('finds what the words would have found, as it was', async () => {
    const ports = await changed();

    const then = await find(ports, 'sleep', { explain: true });

    expect(then).toMatchObject({
      results: [
        { memory: { content: { text: 'sleep quality' }, version: 1, accessCount: 0 }, explain: { semantic: 0 } },
      ],
      degraded: [],
      truncated: false,
    });
    expect((await find(ports, 'tea')).results).toEqual([]);
    expect((await find(ports, 'tea', { asOf: LATER })).results).toHaveLength(1);
    expect((await find(ports, 'sleep', { asOf: LATER })).results).toEqual([]);
  });

  it('asks PostgreSQL alone, twice: nothing is used, nobody is told, no vector is compared', async () => {
    const ports = await changed();
    const before = { ...ports.calls };

    await find(ports, 'sleep');

    expect(ports.calls).toEqual({ ...before, postgres: before.postgres + 2 });
  });

  it('takes an instant in any offset', async () => {
    const ports = await changed();
    expect((await find(ports, 'sleep', { asOf: '2026-03-01T14:00:30+02:00' })).results).toHaveLength(1);
  });

  it('refuses meaning', async () => {
    const refused = find(inMemoryPorts(), 'x', { mode: 'semantic' });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_field', errors: [{ path: 'mode' }] });
  });

  it('is unavailable where PostgreSQL is down', async () => {
    const ports = await changed();
    ports.fail('postgres');
    await expect(find(ports, 'sleep')).rejects.toMatchObject({ code: 'engine_unavailable' });
  });

  it.each([
    [PAST_MEMORIES_MAX - 1, false],
    [PAST_MEMORIES_MAX, false],
    [PAST_MEMORIES_MAX + 1, true],
    [PAST_MEMORIES_MAX * 2, true],
  ])('of %i memories in pages of bounded size: truncated %s, the newest first', async (count, truncated) => {
    const ports = inMemoryPorts();
    const row = aMemory();
    const asked: number[] = [];
    let next = 0;
    ports.lexical.past = async (_caller, _query, _asOf, { limit }) => {
      asked.push(limit);
      const end = Math.min(count, next + limit);
      const page: PastDocument[] = [];
      for (; next < end; next++) page.push({ row: { ...row, id: `mem_${next}` }, counts: {}, length: 1 });
      return page;
    };

    const answer = await find(ports, 'sleep');

    expect(answer.truncated).toBe(truncated);
    expect(next).toBe(Math.min(count, PAST_MEMORIES_MAX + 1));
    expect(Math.max(...asked)).toBeLessThanOrEqual(500);
  });
});
