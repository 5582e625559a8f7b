/** Search by words, by meaning and by both, each within one user's memories. */
import { composeSearch } from '@auren/memory/compose.ts';
import type { MemoryRecord, SearchQuery } from '@auren/memory/memory.ts';
import { queryOf } from '../data.ts';
import { randomFrom } from '../random.ts';
import { at, expect, type Scenario } from '../scenario.ts';
import { type Bench, CALLERS } from './bench-case.ts';

const LIMIT = 20;
const SEED = 11;
/** Queries that come again, as agents' standing questions do; fewer than the embedder's cache keeps. */
const STANDING = 200;

const inUser = (userId: string, query: string, mode: SearchQuery['mode']): SearchQuery => ({
  query,
  userId,
  agentId: null,
  spaceIds: [],
  types: [],
  tiers: [],
  metadata: {},
  minConfidence: 0,
  minPriority: 0,
  createdAfter: null,
  createdBefore: null,
  mode,
  limit: LIMIT,
  explain: false,
  asOf: null,
});

export async function searching({ stage, seeded, floors, renewLease }: Bench): Promise<Scenario[]> {
  const { caller } = stage.reads;
  const { search } = await composeSearch();
  const random = randomFrom(SEED);
  const standing = Array.from({ length: STANDING }, () => queryOf(random));
  const users = [...new Set(seeded.hot.map(({ userId }) => userId ?? ''))];
  const vectors = await stage.embedder.embed(seeded.hot.slice(0, STANDING).map(textOf));
  for (const query of standing) await stage.embedder.embedQuery(query);
  const userOf = (n: number) => at(users, n);

  const scenario = (
    mode: SearchQuery['mode'],
    queryFor: (n: number) => string,
    about: Pick<Scenario, 'name' | 'title' | 'goals' | 'floorTitle' | 'floor'>,
  ): Scenario => ({
    ...about,
    unit: 'searches',
    perCall: 1,
    callers: CALLERS,
    prepare: renewLease,
    async call(n) {
      const query = queryFor(n);
      const { results, degraded } = await search(caller, inUser(userOf(n), query, mode));
      // By meaning alone, a user may have nothing that is similar enough.
      expect(results.length > 0 || mode === 'semantic', `"${query}" finds nothing`);
      expect(
        results.every(({ memory }) => memory.userId === userOf(n)),
        'a search that stays with its user',
      );
      return degraded.length === 0 ? 'whole' : 'degraded';
    },
  });
  const asked = (n: number) => at(standing, n);
  let unheardOf = 0;
  /** Never the same twice: the embedder's cache outlives a scenario. */
  const unheard = () => queryOf(random, unheardOf++);
  const words = (n: number) => floors.postgresWords(asked(n), userOf(n));
  const meaning = (n: number) => floors.chromaNearest(at(vectors, n), userOf(n));
  const both = async (n: number) => {
    await Promise.all([words(n), meaning(n)]);
  };
  const perSecond = { perSecond: 100 };
  return [
    scenario('lexical', asked, {
      name: 'lexical',
      title: 'search, lexical',
      goals: perSecond,
      floorTitle: 'PostgreSQL select ... @@',
      floor: words,
    }),
    scenario('semantic', asked, {
      name: 'semantic',
      title: 'search, semantic, known query',
      goals: perSecond,
      floorTitle: 'Chroma query',
      floor: meaning,
    }),
    scenario('semantic', unheard, {
      name: 'semantic-new',
      title: 'search, semantic, new query',
      goals: {},
      floorTitle: 'Chroma query',
      floor: meaning,
    }),
    scenario('hybrid', asked, {
      name: 'hybrid',
      title: 'search, hybrid, known query',
      goals: perSecond,
      floorTitle: 'both side by side',
      floor: both,
    }),
    scenario('hybrid', unheard, {
      name: 'hybrid-new',
      title: 'search, hybrid, new query',
      goals: {},
      floorTitle: 'both side by side',
      floor: both,
    }),
  ];
}

const textOf = ({ content }: MemoryRecord): string => String(content.text);
