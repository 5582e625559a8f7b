/** What was derived from a person's memories goes with them: patterns, the insights made of these, and queries. */
import { beforeEach, describe, expect, it } from 'vitest';
import { DISCOVERY } from '../../../layers/memory/feed/names.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { aSearch } from '../../support/a-search.ts';
import { NOON } from '../../support/clock.ts';
import { aSession, copiesOf, type Session, TENANT } from './session.ts';

const USER = 'u1';

let session: Session;
beforeEach(async () => {
  session = await aSession();
});

const deadline = (ms = 10_000) => new Date(Date.now() + ms);
const erase = (options: { deadline?: Date } = {}) =>
  session.memory.erase(session.caller(), USER, { deadline: deadline(), ...options });

describe('what was derived from the memories of a person who is erased', () => {
  const WITH_INSIGHTS = { minClusterSize: 3, minSimilarity: 0.7, storeInsights: true };

  /** Two of the person and two of others that say the same, and the insight that says what. */
  async function discovered(): Promise<MemoryRecord> {
    for (const userId of [USER, USER, 'u10', null])
      await session.store({ userId, content: { text: 'deep secret sleep' } });
    await session.index();
    await session.memory.discover(session.caller(), WITH_INSIGHTS);
    await session.drain();
    const query = { type: 'insight', order: 'created_at', limit: 9 } as const;
    const [insight] = (await session.memory.list(session.caller(), query, 1_000_000)).items;
    return insight as MemoryRecord;
  }
  const isIndexed = async ({ id }: MemoryRecord) => (await session.ports.vectors.marks(TENANT, [id])).has(id);
  const patterns = () => [...session.ports.store.of(TENANT).patterns.values()];

  it('goes with them: patterns that others share, and the insights made of these', async () => {
    const insight = await discovered();
    const before = [insight.content.terms, await isIndexed(insight), patterns().length];

    const { erased, certificate } = await erase();

    expect(before).toEqual([expect.arrayContaining(['secret']), true, 1]);
    expect(erased).toEqual({ hot: 2, warm: 0, cold: 0, index: 2, events: 2, queries: 0, patterns: 1, idempotency: 0 });
    expect((await session.events(insight.id)).map(({ payload }) => payload)).toEqual([null, null]);
    expect((await session.events(insight.id)).at(-1)).toMatchObject({
      type: 'memory.erased',
      data: { erasure_id: certificate?.id },
    });
    expect([await copiesOf(session, insight.id), await isIndexed(insight), patterns()]).toEqual([[], false, []]);
    expect(session.ports.store.of(TENANT).rows.size).toBe(2);
  });

  it('is gone from the truth without Chroma, and looked for there by the call that finishes', async () => {
    const insight = await discovered();
    session.ports.fail('chroma');

    await expect(erase()).rejects.toMatchObject({ code: 'engine_unavailable' });
    const truth = [(await session.events(insight.id)).every(({ payload }) => payload === null), patterns()];
    session.ports.restore('chroma');
    const stillIndexed = await isIndexed(insight);
    await erase();

    expect([truth, stillIndexed, await isIndexed(insight)]).toEqual([[true, []], true, false]);
  });

  it.each(['insights', 'removeTraces', 'destroy'])('is gone after a call that was killed before %s', async (step) => {
    const insight = await discovered();
    const { persons, erasures, subjectKeys } = session.ports;
    const port = [persons, erasures, subjectKeys].find((one) => step in one) as unknown as Record<string, unknown>;
    const whole = port[step];
    port[step] = () => Promise.reject(new Error('killed'));
    await expect(erase()).rejects.toThrow('killed');
    port[step] = whole;

    const { erased } = await erase();

    expect(erased).toMatchObject({ hot: 2, patterns: 1 });
    expect([await copiesOf(session, insight.id), await isIndexed(insight), patterns()]).toEqual([[], false, []]);
  });

  it('waits for a discovery that may have read them, and is not certified before it has ended', async () => {
    await discovered();
    const { consumers } = session.ports;
    await consumers.acquire(DISCOVERY, TENANT, 'a discovery', 60_000);

    const waited = await erase({ deadline: deadline(20) });
    const left = patterns().length;
    while (!(await consumers.release(DISCOVERY, TENANT, 'a discovery')));
    const { certificate } = await erase();

    expect([waited.certificate, waited.erased.hot, left]).toEqual([null, 2, 1]);
    expect(certificate?.counts).toMatchObject({ hot: 2, patterns: 1 });
  });

  it('includes queries that wait to be logged, of one without memories too', async () => {
    const { hot, queries } = session.ports;
    const ask = (id: string, userId: string) => {
      const json = JSON.stringify({ agentId: 'coach', at: NOON, query: aSearch('secret', { userId }) });
      return hot.used(TENANT, [], NOON, undefined, { agentId: 'coach', query: { id, json } });
    };
    await ask('qry_1', USER);
    await ask('qry_2', 'u10');
    await queries.add(TENANT, [
      { id: 'qry_0', agentId: 'coach', at: NOON, query: aSearch('secret', { userId: USER }) },
    ]);
    session.ports.fail('redis');

    await expect(erase()).rejects.toMatchObject({ code: 'engine_unavailable' });
    session.ports.restore('redis');
    const { erased } = await erase();

    expect(erased).toMatchObject({ hot: 0, queries: 1 });
    expect([...(await hot.pendingQueries(TENANT)).keys()]).toEqual(['qry_2']);
    expect(session.ports.store.of(TENANT).queryLog.size).toBe(0);
  });
});
