/** A request that is repeated, because its answer was lost or to be sure, has one effect and one answer. */
import type { Idempotency } from '@auren/memory/memory.ts';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { codeOf, type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';

let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const eventsOf = async (tenantId: string) => {
  const [row] = await d.sql('select count(*)::int as n from auren.events where tenant_id = $1', [tenantId]);
  return row?.n as number;
};
const draft = (text: string) => ({ agentId: 'neuroscientist', type: 'fact' as const, content: { text } });

describe('a commit whose answer is lost', () => {
  /** The next request to PostgreSQL that matches goes through, and its answer does not come back. */
  function loseAnswer(matches: (body: string) => boolean): () => number {
    const { fetch } = globalThis;
    let lost = 0;
    vi.stubGlobal('fetch', async (...[input, init]: Parameters<typeof fetch>) => {
      const response = await fetch(input, init);
      const isPostgres = String(input instanceof Request ? input.url : input).startsWith(
        sharedEngines().AUREN_NEON_ENDPOINT,
      );
      if (lost > 0 || !isPostgres || typeof init?.body !== 'string' || !matches(init.body)) return response;
      lost += 1;
      await response.text();
      throw new TypeError('fetch failed');
    });
    return () => lost;
  }
  const isCommit = (body: string) => body.includes('insert into events');

  it('is repeated safely: one memory, one event, and it is published', async () => {
    const lost = loseAnswer(isCommit);

    const { id } = await d.store({ content: { text: 'lost and found' } });

    const { events, verified } = await d.memory.history(d.caller(), id);
    expect([lost(), events.length, verified]).toEqual([1, 1, true]);
    expect((await d.ports.hot.get(d.tenantId, [id])).has(id)).toBe(true);
  });

  it('with an idempotency key is still the first answer, not a repeated one, and is published as well', async () => {
    const lost = loseAnswer(isCommit);

    const stored = await d.memory.store(d.caller(), draft('lost with a key'), {
      key: uniqueName('key'),
      fingerprint: 'f',
    });

    const { id } = stored.memory;
    expect([lost(), stored.created, stored.replayed]).toEqual([1, true, false]);
    expect((await d.memory.history(d.caller(), id)).events).toHaveLength(1);
    expect((await d.ports.hot.get(d.tenantId, [id])).has(id)).toBe(true);
  });

  it.each(['update', 'delete', 'control', 'key'] as const)('of %s leaves one event', async (operation) => {
    const { id } = await d.store();
    const before = await eventsOf(d.tenantId);
    const operations = {
      update: () => d.memory.update(d.caller(), id, { priority: 1 }, {}),
      delete: () => d.memory.delete(d.caller(), id, {}),
      control: () => d.memory.control(d.caller(), 'neuroscientist', { action: 'demote', memoryIds: [id] }, {}),
      key: () => d.memory.createKey(d.caller(), { scopes: ['admin'] }),
    };
    const lost = loseAnswer(isCommit);

    await operations[operation]();

    expect([lost(), await eventsOf(d.tenantId)]).toEqual([1, before + 1]);
  });
});

describe('an idempotency key', () => {
  const key = (): Idempotency => ({ key: uniqueName('key'), fingerprint: 'one body' });

  it('answers the same request with exactly the first answer, whatever happened to the memory since', async () => {
    const once = key();
    const first = await d.memory.store(d.caller(), draft('once'), once);
    await d.memory.update(d.caller(), first.memory.id, { priority: 9 }, {});

    const second = await d.memory.store(d.caller(), draft('once'), once);

    expect([first.replayed, second.replayed]).toEqual([false, true]);
    expect([second.memory, second.created]).toEqual([first.memory, first.created]);
  });

  it('of a batch answers with the same memories in the same order', async () => {
    const once = key();
    const drafts = ['a', 'b', 'c'].map(draft);
    const first = await d.memory.storeBatch(d.caller(), drafts, once);
    const second = await d.memory.storeBatch(d.caller(), drafts, once);

    expect([second.replayed, second.memories]).toEqual([true, first.memories]);
  });

  it('refuses another request', async () => {
    const once = key();
    await d.memory.store(d.caller(), draft('once'), once);
    const before = await eventsOf(d.tenantId);

    const other = await codeOf(d.memory.store(d.caller(), draft('other'), { ...once, fingerprint: 'another body' }));

    expect([other, await eventsOf(d.tenantId)]).toEqual(['idempotency_mismatch', before]);
  });

  it('has one effect, however many requests come with it at once', async () => {
    const once = key();
    const before = await eventsOf(d.tenantId);

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => d.memory.store(d.caller(), draft('at once'), once)),
    );

    expect(new Set(answers.map(({ memory }) => memory.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await eventsOf(d.tenantId)).toBe(before + 1);
  });

  it('is free again after 24 hours', async () => {
    const once = key();
    const first = await d.memory.store(d.caller(), draft('yesterday'), once);
    d.clock.advance({ seconds: 24 * 3_600 });
    const within = await d.memory.store(d.caller(), draft('yesterday'), once);
    d.clock.advance({ seconds: 1 });

    const after = await d.memory.store(d.caller(), draft('today'), { ...once, fingerprint: 'another body' });

    expect([within.replayed, after.replayed, after.memory.id === first.memory.id]).toEqual([true, false, false]);
  });

  it('of a memory deleted since is not found, rather than stored again', async () => {
    const once = key();
    const { memory } = await d.memory.store(d.caller(), draft('gone'), once);
    await d.memory.delete(d.caller(), memory.id, {});
    const before = await eventsOf(d.tenantId);

    expect(await codeOf(d.memory.store(d.caller(), draft('gone'), once))).toBe('not_found');
    expect(await eventsOf(d.tenantId)).toBe(before);
  });

  it.each(['pin', 'archive', 'forget', 'prioritize'] as const)(
    'of %s answers what it answered first and does nothing more',
    async (name) => {
      const ids = [(await d.store()).id, (await d.store()).id];
      const action =
        name === 'prioritize' ? { action: name, memoryIds: ids, boostFactor: 1.2 } : { action: name, memoryIds: ids };
      const once = key();
      const first = await d.memory.control(d.caller(), 'neuroscientist', action, { idempotency: once });
      const before = await eventsOf(d.tenantId);

      const second = await d.memory.control(d.caller(), 'neuroscientist', action, { idempotency: once });
      const other = await codeOf(
        d.memory.control(d.caller(), 'neuroscientist', action, { idempotency: { ...once, fingerprint: 'other' } }),
      );

      expect([first.replayed, second.replayed, second.body, other]).toEqual([
        false,
        true,
        first.body,
        'idempotency_mismatch',
      ]);
      expect(await eventsOf(d.tenantId)).toBe(before);
    },
  );

  it('of a pinned memory answers it again though its pin took the last room', async () => {
    const small = await domain(sharedEngines(), { settings: { AUREN_HOT_CAPACITY: '2' } });
    const once = key();
    const pin = (idempotency: Idempotency) =>
      small.memory.store(small.caller(), { ...draft('pin'), pinned: true }, idempotency);
    const first = await pin(once);

    const second = await pin(once);

    expect([second.replayed, second.memory]).toEqual([true, first.memory]);
    expect(await codeOf(pin(key()))).toBe('conflict');
  });

  it('of set_retention that forgets answers what it answered first, though there is nothing left to confirm', async () => {
    const agent = uniqueName('agent');
    for (const priority of [2, 3, 8]) await d.store({ agentId: agent, priority });
    const action = {
      action: 'set_retention' as const,
      criteria: { minPriority: 5 },
      onFail: 'forget' as const,
      simulate: false,
      queries: [],
      confirmCount: 2,
    };
    const once = key();
    const first = await d.memory.control(d.caller(), agent, action, { idempotency: once });
    const before = await eventsOf(d.tenantId);

    const second = await d.memory.control(d.caller(), agent, action, { idempotency: once });

    expect(first.body).toMatchObject({ retained_count: 1, released_count: 2 });
    expect([first.replayed, second.replayed, second.body]).toEqual([false, true, first.body]);
    expect(await eventsOf(d.tenantId)).toBe(before);
  });
});
