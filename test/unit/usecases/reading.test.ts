/** Histories, lists, events and explanations: what was and what is, told without changing it. */
import { describe, expect, it } from 'vitest';
import { pageCursorAfter } from '../../../layers/memory/catalog/page-cursor.ts';
import type { ControlAction } from '../../../layers/memory/memory.ts';
import { retentionScore } from '../../../layers/memory/policy/retention.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, TENANT } from './session.ts';

describe('a history', () => {
  it('tells each change as from and to, moves and marks included', async () => {
    const { memory, caller, store, patch } = await aSession();
    const { id } = await store({ metadata: { a: 1 } });
    await patch(id, { content: { text: 'new' }, metadata: { a: 2 } });
    const archive: ControlAction = { action: 'archive', memoryIds: [id] };
    await memory.control(caller(), 'neuroscientist', archive, {});

    const { events, verified } = await memory.history(caller(), id);

    expect(verified).toBe(true);
    expect(events.map(({ changes }) => changes)).toEqual([
      null,
      {
        content: { from: { text: 'sleep' }, to: { text: 'new' } },
        metadata: { from: { a: 1 }, to: { a: 2 } },
      },
      { tier: { from: 'hot', to: 'cold' } },
    ]);
  });

  it('of a deleted memory has no changes left to tell', async () => {
    const { memory, caller, store, patch } = await aSession();
    const { id } = await store();
    await patch(id, { content: { text: 'new' } });
    await memory.delete(caller(), id, {});

    const { events } = await memory.history(caller(), id);

    expect(events.map(({ changes, payload }) => [changes, payload])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
  });

  it('says where an event was tampered with', async () => {
    const { ports, memory, caller, store, patch } = await aSession();
    const { id } = await store();
    await patch(id, { priority: 6 });
    const [, second] = ports.store.of(TENANT).events;
    if (second) second.actor = 'agent:somebody-else';

    expect((await memory.history(caller(), id)).verified).toBe(false);
  });

  it('is not found for whom the memory is private, and of what never was', async () => {
    const { memory, caller, store } = await aSession();
    const { id } = await store();

    await expect(memory.history(caller('coach'), id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(memory.history(caller(), 'mem_unknown')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a list', () => {
  it('shows what the caller may read, in the order asked', async () => {
    const { memory, caller, store } = await aSession();
    const [low, high] = [await store({ priority: 1, userId: 'u1' }), await store({ priority: 9, userId: 'u1' })];
    await store({ priority: 5 });
    const order = '-priority' as const;

    const coachs = await memory.list(caller('coach'), { order, limit: 10 }, 1e6);

    expect(coachs.items.map(({ id }) => id)).toEqual([high.id, low.id]);
    expect((await memory.list(caller(), { order, limit: 10 }, 1e6)).items).toHaveLength(3);
  });

  it('ends early where an answer would be too large, with a cursor right behind the last one shown', async () => {
    const { memory, caller, store } = await aSession();
    const stored = [];
    for (let n = 0; n < 3; n += 1) stored.push(await store({ content: { text: 'x'.repeat(1_000) } }));
    const order = 'created_at' as const;

    const page = await memory.list(caller(), { order, limit: 10 }, 3_500);

    const last = page.items.at(-1);
    expect(page.items.map(({ id }) => id)).toEqual(stored.slice(0, 2).map(({ id }) => id));
    expect(page.nextCursor).toBe(last && pageCursorAfter(last, order));
  });

  it('has no cursor where all of it fits', async () => {
    const { memory, caller, store } = await aSession();
    await store();

    expect((await memory.list(caller(), { order: 'created_at', limit: 10 }, 1e6)).nextCursor).toBeNull();
  });

  it('walks in pages without a gap or a repeat', async () => {
    const { memory, caller, store } = await aSession();
    for (let n = 0; n < 5; n += 1) await store({ priority: n % 2 });
    const seen: string[] = [];
    let cursor: string | null | undefined;

    while (cursor !== null) {
      const query = { order: '-priority' as const, limit: 2, ...(cursor === undefined ? {} : { cursor }) };
      const page = await memory.list(caller(), query, 1e6);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }

    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
  });
});

describe('agents and events', () => {
  it('agents are listed with their counts, as far as the caller sees their memories', async () => {
    const { memory, caller, store } = await aSession();
    await store({ agentId: 'coach', userId: 'u1' });
    await store({ createdAt: daysAfter(NOON, -240) });

    const all = await memory.agents(caller(), { limit: 10 });
    const own = await memory.agents(caller('coach'), { limit: 10 });

    expect(all.items.map(({ id, total, tiers }) => [id, total, tiers.hot, tiers.warm])).toEqual([
      ['coach', 1, 1, 0],
      ['neuroscientist', 1, 0, 1],
    ]);
    expect(own.items.map(({ id }) => id)).toEqual(['coach']);
  });

  it('events come in commit order, without content, from where a cursor stands', async () => {
    const { memory, caller, store, patch } = await aSession();
    const { id } = await store({ content: { text: 'secret' } });
    await patch(id, { priority: 6 });
    const page = (after?: string) =>
      memory.events(caller(), { order: 'asc', limit: 10, filter: {}, ...(after === undefined ? {} : { after }) });

    const { events } = await page();

    expect(events.map(({ type }) => type)).toEqual(['memory.stored', 'memory.updated']);
    expect(JSON.stringify(events)).not.toContain('secret');
    expect((await page(events[0]?.cursor)).events.map(({ seq }) => seq)).toEqual([2]);
  });
});

describe('why a memory is where it is', () => {
  it('is told as a score, its parts, and how it fades', async () => {
    const { ports, memory, caller, store } = await aSession();
    const record = await store({ priority: 8 });
    ports.clock.advance({ days: 10 });

    const { score, parts, points } = await memory.retention(caller(), record.id);

    expect(score).toBe(retentionScore(record, daysAfter(NOON, 10)));
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 10);
    expect(points[0]).toEqual({ at: daysAfter(NOON, 10), score });
    const scores = points.map((point) => point.score);
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
  });

  it('is nobody else’s to know', async () => {
    const { memory, caller, store } = await aSession();
    const { id } = await store();

    await expect(memory.retention(caller('coach'), id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
