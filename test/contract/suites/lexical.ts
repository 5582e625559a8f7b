/** Contract of the lexical index: ranked by words, filtered, and blind to what the caller may not see. */
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { LexicalIndex, PartitionMembers, SearchQuery } from '../../../layers/memory/search/port.ts';
import { aSearch } from '../../support/a-search.ts';
import { aCaller, aMemory, ended, stored, together, updated } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import type { LogSubject } from './commit.ts';
import { commitAll, idsOf, subject } from './subject.ts';

export interface LexicalSubject extends LogSubject {
  lexical: LexicalIndex;
  members: PartitionMembers;
}

const text = (words: string, overrides: Partial<MemoryRecord> = {}) =>
  aMemory({ content: { text: words }, ...overrides });

const FILTERS: [string, Partial<SearchQuery>, number[]][] = [
  ['nothing', {}, [0, 1, 2, 3]],
  ['user', { userId: 'u1' }, [0]],
  ['space', { spaceIds: ['lab'] }, [2]],
  ['user and space, which add up', { userId: 'u1', spaceIds: ['lab'] }, [0, 2]],
  ['agent', { agentId: 'chef' }, [2, 3]],
  ['user narrowed by agent', { userId: 'u1', agentId: 'chef' }, []],
  ['types', { types: ['fact', 'decision'] }, [0, 1]],
  ['tiers', { tiers: ['warm', 'cold'] }, [1, 3]],
  ['metadata', { metadata: { topic: 'sleep' } }, [0, 1]],
  ['several metadata', { metadata: { topic: 'sleep', n: 2 } }, [1]],
  ['metadata of another kind', { metadata: { n: '2' } }, []],
  ['confidence', { minConfidence: 0.9 }, [1, 3]],
  ['priority', { minPriority: 8 }, [0]],
  ['creation after', { createdAfter: daysAfter(NOON, -1.5) }, [2, 3]],
  ['creation before', { createdBefore: daysAfter(NOON, -1.5) }, [0, 1]],
];

const VARIED: Partial<MemoryRecord>[] = [
  {
    agentId: 'coach',
    userId: 'u1',
    type: 'fact',
    priority: 8,
    metadata: { topic: 'sleep', n: 1 },
    createdAt: daysAfter(NOON, -3),
  },
  {
    ...{ agentId: 'coach', userId: 'u2', type: 'fact', tier: 'warm', confidence: 0.9 },
    ...{ metadata: { topic: 'sleep', n: 2 }, createdAt: daysAfter(NOON, -2) },
  },
  { agentId: 'chef', spaceId: 'lab', type: 'insight', createdAt: daysAfter(NOON, -1) },
  { agentId: 'chef', type: 'insight', tier: 'cold', confidence: 0.95, createdAt: NOON },
];

const OWNED = [
  { agentId: 'coach', visibility: 'agent' },
  { agentId: 'chef', visibility: 'agent', userId: 'u1' },
  { agentId: 'chef', visibility: 'user', userId: 'u1' },
  { agentId: 'chef', visibility: 'space', spaceId: 'lab' },
  { agentId: 'chef', visibility: 'space', spaceId: 'den' },
] as const;
const READERS: [string, Partial<Caller>, number[]][] = [
  ['an unbound key', {}, [0, 1, 2, 3, 4]],
  ['a bound key without spaces', { agentId: 'coach' }, [0, 2]],
  ['a reader of a space', { agentId: 'coach', spaceRoles: { lab: 'reader' } }, [0, 2, 3]],
];

const HOSTILE = [
  "'",
  '"',
  '\\',
  "' | '",
  '!&|()<->:*',
  "'; drop table memories; --",
  '%_%',
  ':*',
  '<->',
  '𝕏'.repeat(50),
];

export function describeLexicalContract(name: string, make: () => Promise<LexicalSubject>): void {
  const get = subject(make);

  async function holding(...memories: MemoryRecord[]) {
    const { log, lexical, newTenant, addSpace } = get();
    const tenantId = await newTenant();
    for (const space of ['lab', 'den']) await addSpace(tenantId, space);
    const steps = memories.map((memory) => stored(tenantId, memory));
    await log.commit(together(steps));
    const search = (
      query: string,
      overrides: Partial<SearchQuery> = {},
      reader: Partial<Caller> = {},
      limit = 20,
      now = NOON,
    ) => lexical.search(aCaller(tenantId, reader), aSearch(query, overrides), limit, now);
    const find = async (...args: Parameters<typeof search>) => idsOf((await search(...args)).map(({ row }) => row));
    return { log, tenantId, search, find, records: steps.map(({ record }) => record) };
  }

  describe(`${name}: ranking`, () => {
    it('puts what holds more of the rare words first, and scores all above 0', async () => {
      const both = text('magnesium improves deep sleep in athletes');
      const common = text('poor sleep after late meals and coffee');
      const rare = text('magnesium tablets arrived by post on monday');
      const others = [1, 2, 3].map((n) => text(`sleep diary page ${n} of the spring notebook`));
      const { search } = await holding(common, rare, both, ...others, text('a walk along the river'));

      const hits = await search('magnesium sleep');

      expect(idsOf(hits.map(({ row }) => row)).slice(0, 2)).toEqual([both.id, rare.id]);
      expect(hits).toHaveLength(6);
      expect(hits.every(({ bm25 }) => bm25 > 0)).toBe(true);
      expect(hits.map(({ bm25 }) => bm25)).toEqual(hits.map(({ bm25 }) => bm25).sort((a, b) => b - a));
    });

    it('puts what names the word more often, or is shorter, first', async () => {
      const often = text('glucose glucose glucose peak');
      const once = text('glucose apple pear plum');
      const long = text(`glucose ${'orange banana cherry mango papaya lemon '.repeat(5)}`);
      const { find } = await holding(long, once, often);

      expect(await find('glucose')).toEqual([often.id, once.id, long.id]);
    });

    it('finds words anywhere in the content, whatever their case', async () => {
      const nested = aMemory({ content: { title: 'x', findings: [{ note: 'Elevated CORTISOL' }] } });
      const { find } = await holding(nested, aMemory({ content: { cortisol: 'a key is not searched', n: 7 } }));

      expect(await find('Cortisol')).toEqual([nested.id]);
    });

    it('gives at most the limit, the best of them', async () => {
      const memories = [1, 2, 3].map((n) => text(`${'lactate '.repeat(n)}${'filler '.repeat(4 - n)}`));
      const { find } = await holding(...memories);

      expect(await find('lactate', {}, {}, 2)).toEqual([memories[2]?.id, memories[1]?.id]);
    });

    it.each(['nowhere', 'the of and', ...HOSTILE])('finds nothing for %j', async (query) => {
      const { search } = await holding(text('magnesium improves deep sleep'));

      expect(await search(query)).toEqual([]);
    });

    it('finds the words beside hostile signs', async () => {
      const memory = text("it's a magnesium test");
      const { find } = await holding(memory);

      for (const sign of HOSTILE) expect(await find(`${sign} magnesium ${sign}`)).toEqual([memory.id]);
    });
  });

  describe(`${name}: empty query`, () => {
    it.each(['', '   ', '\n\t\r'])('%j lists by priority, then recency, with score 0', async (query) => {
      const low = text('a', { priority: 1 });
      const old = text('b', { priority: 9, createdAt: daysAfter(NOON, -2) });
      const recent = text('c', { priority: 9, createdAt: daysAfter(NOON, -1) });
      const { search } = await holding(low, old, recent);

      const hits = await search(query);

      expect(hits.map(({ row, bm25 }) => [row.id, bm25])).toEqual([
        [recent.id, 0],
        [old.id, 0],
        [low.id, 0],
      ]);
    });
  });

  describe(`${name}: filters and visibility`, () => {
    it.each(FILTERS)('filters by %s, with words and without', async (_, filter, expected) => {
      const { find, records } = await holding(...VARIED.map((overrides) => text('magnesium', overrides)));
      const ids = expected.map((at) => records[at]?.id).sort();

      expect((await find('magnesium', filter)).sort()).toEqual(ids);
      expect((await find('', filter)).sort()).toEqual(ids);
    });

    it.each(READERS)('shows %s what it may see', async (_, reader, expected) => {
      const { find, records } = await holding(...OWNED.map((owner) => text('magnesium', owner)));
      const ids = expected.map((at) => records[at]?.id).sort();

      expect((await find('magnesium', {}, reader)).sort()).toEqual(ids);
      expect((await find('', {}, reader)).sort()).toEqual(ids);
    });

    it('finds nothing at the instant of expiry', async () => {
      const { find } = await holding(text('magnesium', { expiresAt: secondsAfter(NOON, 60) }));
      const at = async (seconds: number) => (await find('magnesium', {}, {}, 20, secondsAfter(NOON, seconds))).length;

      expect([await at(59), await at(60)]).toEqual([1, 0]);
    });

    it('shows a tenant nothing of another', async () => {
      await holding(text('magnesium'));
      const mine = text('magnesium');
      const { find } = await holding(mine);

      expect(await find('magnesium')).toEqual([mine.id]);
    });
  });

  describe(`${name}: changes`, () => {
    it('goes by the present content', async () => {
      const { log, tenantId, find, records } = await holding(text('magnesium'), text('zinc'));
      const [first, second] = records;
      if (!first || !second) throw new Error('two memories are needed');
      const changed = updated(tenantId, first, { content: { text: 'selenium' } });

      await commitAll(log, [changed, updated(tenantId, changed.record, { priority: 1 }), ended(tenantId, second)]);

      expect(await find('magnesium')).toEqual([]);
      expect(await find('selenium')).toEqual([first.id]);
      expect(await find('zinc')).toEqual([]);
    });
  });

  describe(`${name}: members of partitions`, () => {
    it('are named by visibility, at most so many of each', async () => {
      const { tenantId, records } = await holding(
        text('a', { userId: 'u1' }),
        text('b', { userId: 'u1' }),
        text('c', { userId: 'u1', visibility: 'agent' }),
        text('d', { userId: 'u1', spaceId: 'lab' }),
      );
      const [a, b, own, inSpace] = idsOf(records);
      const partitions = ['user:u1', 'agent:neuroscientist', 'space:lab', 'user:nobody'];

      const members = await get().members.members(tenantId, partitions, 10);
      const one = await get().members.members(tenantId, ['user:u1'], 1);

      expect(members.get('user:u1')?.sort()).toEqual([a, b].sort());
      expect(partitions.slice(1).map((partition) => members.get(partition))).toEqual([[own], [inSpace], []]);
      expect(one.get('user:u1')).toHaveLength(1);
    });

    it('are each tenant’s own', async () => {
      await holding(text('a', { userId: 'u1' }));
      const { tenantId, records } = await holding(text('b', { userId: 'u1' }));

      const members = await get().members.members(tenantId, ['user:u1'], 10);

      expect(members).toEqual(new Map([['user:u1', idsOf(records)]]));
    });
  });
}
