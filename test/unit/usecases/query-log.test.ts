/** The log of queries: agents' searches alone, only where it is switched on, for 30 days; and what a simulated policy makes of it. */
import { describe, expect, it } from 'vitest';
import { composeSweep } from '../../../layers/memory/compose.ts';
import { aSearch } from '../../support/a-search.ts';
import { AGENT, ask, retain } from './a-retention.ts';
import { aSession, TENANT } from './session.ts';

async function prepare({ queryLog = true } = {}) {
  const session = await aSession({ queryLog });
  const { memory, caller, ports } = session;
  const { sweep } = await composeSweep();
  const run = () => sweep(new Date(Date.now() + 5_000));
  const search = (text: string, agentId: string | null = AGENT, overrides: Parameters<typeof aSearch>[1] = {}) =>
    memory.search(caller(agentId), aSearch(text, { mode: 'lexical', ...overrides }));
  const logged = async (agentId = AGENT) =>
    (await ports.queries.recent(TENANT, agentId, 100)).map(({ query }) => query);
  return { ...session, session, run, search, logged };
}

describe('the log of queries', () => {
  it('is off unless switched on', async () => {
    const { ports, run, search, logged } = await prepare({ queryLog: false });
    await search('sleep');

    expect(await ports.hot.pendingQueries(TENANT)).toEqual(new Map());
    expect(await run()).toMatchObject({ queries_logged: 0 });
    expect(await logged()).toEqual([]);
  });

  it('has what agents searched for as of the last sweep, and nothing of the dashboard or of the past', async () => {
    const { ports, run, search, logged } = await prepare();
    await search('sleep');
    await search('heart', null, { agentId: 'coach' });
    await search('a look around', null);
    await search('long ago', AGENT, { asOf: ports.clock.instant() });
    const before = await logged();

    expect(await run()).toMatchObject({ queries_logged: 2 });
    expect([before, await logged(), await logged('coach')]).toEqual([[], ['sleep'], ['heart']]);
    expect(await ports.hot.pendingQueries(TENANT)).toEqual(new Map());
    expect(await run()).toMatchObject({ queries_logged: 0 });
  });

  it('does not fail a search where Redis is down', async () => {
    const { ports, search, store } = await prepare();
    await store({ content: { text: 'sleep' } });
    ports.fail('redis');

    expect((await search('sleep')).results).toHaveLength(1);
  });

  it('forgets after 30 days', async () => {
    const { ports, run, search, logged } = await prepare();
    await search('sleep');
    await run();
    ports.clock.advance({ days: 30 });
    await run();
    const onTheDay = await logged();
    ports.clock.advance({ seconds: 1 });
    await run();

    expect([onTheDay, await logged()]).toEqual([['sleep'], []]);
  });
});

describe('a simulated policy', () => {
  const forgetting = { simulate: true, onFail: 'forget' } as const;

  it('is rehearsed on the queries handed in and on the agent’s own of late, each once, uncounted', async () => {
    const { session, store, run, search, ports, drain } = await prepare();
    const low = await store({ priority: 3, content: { text: 'sleep and heart' } });
    await drain();
    await search('sleep');
    await search('heart');
    await search('heart', 'coach');
    await run();
    const queries = [aSearch('heart', { mode: 'lexical' })];

    const { recalls_changed: changed } = await retain(session, ask({ minPriority: 7 }, { ...forgetting, queries }));

    expect(changed).toEqual([
      { query: 'heart', before: [low.id], after: [] },
      { query: 'sleep', before: [low.id], after: [] },
    ]);
    expect(await ports.hot.pendingUses(TENANT)).toEqual(new Map());
    expect(await ports.hot.pendingQueries(TENANT)).toEqual(new Map());
  });

  it('rehearses 50 at most, those handed in first', async () => {
    const { session, store, run, search, drain } = await prepare();
    await store({ priority: 3, content: { text: 'sleep' } });
    await drain();
    for (let n = 0; n < 60; n += 1) await search(`sleep ${n}`);
    await run();
    const queries = [aSearch('sleep', { mode: 'lexical' })];

    const { recalls_changed: changed } = await retain(session, ask({ minPriority: 7 }, { ...forgetting, queries }));

    expect(changed).toHaveLength(50);
    expect(changed).toMatchObject([{ query: 'sleep' }, ...Array.from({ length: 49 }, () => ({}))]);
  });

  it('leaves the log alone where it is off', async () => {
    const { session, store, ports, drain } = await prepare({ queryLog: false });
    await store({ priority: 3, content: { text: 'sleep' } });
    await drain();
    const query = aSearch('sleep', { mode: 'lexical' });
    await ports.queries.add(TENANT, [{ id: 'qry_1', agentId: AGENT, at: ports.clock.instant(), query }]);

    const { recalls_changed: changed } = await retain(session, ask({ minPriority: 7 }, forgetting));

    expect(changed).toEqual([]);
  });
});
