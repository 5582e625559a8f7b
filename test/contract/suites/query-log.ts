/** Contract of the log of queries: each once, an agent's own, for as long as it is kept. */
import { describe, expect, it } from 'vitest';
import type { LoggedQuery, QueryLog } from '../../../layers/memory/recall/port.ts';
import { aSearch } from '../../support/a-search.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import { subject } from './subject.ts';

export interface QueryLogSubject {
  queries: QueryLog;
  newTenant(): Promise<string>;
}

const asked = (second: number, text: string, agentId = 'coach'): LoggedQuery => ({
  id: `qry_${second}`,
  agentId,
  at: secondsAfter(NOON, second),
  query: aSearch(text, { userId: second % 2 === 0 ? 'ada' : null, metadata: { 'naïve "key"': 1.5 } }),
});

export function describeQueryLogContract(name: string, make: () => Promise<QueryLogSubject>): void {
  const get = subject(make);

  async function holding(...logged: LoggedQuery[]) {
    const { queries, newTenant } = get();
    const tenantId = await newTenant();
    await queries.add(tenantId, logged);
    const recent = async (limit = 9, agentId = 'coach') =>
      (await queries.recent(tenantId, agentId, limit)).map(({ query }) => query);
    return { queries, tenantId, recent };
  }

  describe(`${name}: the log of queries`, () => {
    it('gives an agent’s queries back whole, the newest first, each once', async () => {
      const { queries, tenantId, recent } = await holding(
        asked(0, 'sleep'),
        asked(2, 'heart'),
        asked(3, 'secret', 'chef'),
        asked(4, 'sleep'),
      );

      expect((await queries.recent(tenantId, 'coach', 1))[0]).toEqual(asked(4, 'sleep').query);
      expect([await recent(), await recent(1), await recent(9, 'chef')]).toEqual([
        ['sleep', 'heart'],
        ['sleep'],
        ['secret'],
      ]);
    });

    it('keeps what is there where the same id comes again, and takes an empty list', async () => {
      const { queries, tenantId, recent } = await holding(asked(0, 'sleep'));

      await queries.add(tenantId, [asked(0, 'heart'), asked(2, 'breath')]);
      await queries.add(tenantId, []);

      expect(await recent()).toEqual(['breath', 'sleep']);
    });

    it('forgets what is older than asked for', async () => {
      const { queries, tenantId, recent } = await holding(asked(0, 'sleep'), asked(2, 'heart'));

      await queries.prune(tenantId, secondsAfter(NOON, 2));

      expect(await recent()).toEqual(['heart']);
    });

    it('is a tenant’s own', async () => {
      const [one, other] = [await holding(asked(0, 'sleep')), await holding()];

      await other.queries.prune(other.tenantId, secondsAfter(NOON, 99));

      expect([await one.recent(), await other.recent()]).toEqual([['sleep'], []]);
    });
  });
}
