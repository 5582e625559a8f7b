/** Lexical search over 10,000 memories: times are printed, not asserted; that the words' index is used is asserted. */
import { beforeAll, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { aCaller, aMemory, stored, together } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';
import { searchAdapters } from './adapters.ts';

const MEMORIES = 10_000;
const USERS = 100;
const BATCH = 500;
const WORDS = 4_000;

let adapters: Awaited<ReturnType<typeof searchAdapters>>;
const tenant = uniqueName('speed');

/** Words fall by Zipf's law, as in speech: square roots of uniform numbers would not be rare enough. */
const aWord = () => `w${Math.floor(WORDS ** Math.random())}x`;
const someWords = (count: number) => Array.from({ length: count }, aWord).join(' ');

beforeAll(async () => {
  adapters = await searchAdapters(sharedEngines());
  for (let at = 0; at < MEMORIES; at += BATCH) {
    const steps = Array.from({ length: BATCH }, (_, n) =>
      stored(tenant, aMemory({ userId: `u${(at + n) % USERS}`, content: { text: someWords(40) } })),
    );
    await adapters.log.commit(together(steps));
  }
});

async function timesOf(query: () => ReturnType<typeof aSearch>, rounds: number): Promise<{ p50: number; p95: number }> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const asked = query();
    const startedAt = performance.now();
    await adapters.lexical.search(aCaller(tenant), asked, 100, NOON);
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(rounds * 0.5)] ?? 0, p95: times[Math.floor(rounds * 0.95)] ?? 0 };
}

describe('lexical search over 10,000 memories', () => {
  it('answers for a user, for the tenant, and for a blank query', async () => {
    const user = () => `u${Math.floor(Math.random() * USERS)}`;
    const rareWord = () => `w${WORDS - 1 - Math.floor(Math.random() * 500)}x`;
    const cases = {
      'of a user, 4 words': () => aSearch(someWords(4), { userId: user() }),
      'of the tenant, 2 rare words': () => aSearch(`${rareWord()} ${rareWord()}`),
      'of the tenant, 4 words': () => aSearch(someWords(4)),
      'blank, of the tenant': () => aSearch(''),
    };

    for (const [name, query] of Object.entries(cases)) {
      const { p50, p95 } = await timesOf(query, 30);
      console.log(`${name}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`);
    }

    expect(await adapters.lexical.search(aCaller(tenant), aSearch('', { limit: 5 }), 5, NOON)).toHaveLength(5);
  });

  it('can use the index of words past row security only, which is why there is a definer function', async () => {
    const text = `explain select m.id from memories m where m.tenant_id = $1 and m.tsv @@ any_of_words(array['w3999x', 'w3998x'])`;
    const planFor = async (role: 'owner' | 'auren_app') => {
      const [rows = []] = await adapters.postgres.run(tenant, [{ text, params: [tenant] }], { role });
      return rows.map((row) => String(row['QUERY PLAN']));
    };
    await adapters.postgres.run(tenant, [{ text: 'analyze memories' }], { role: 'owner' });

    const usesWords = (line: string) => /Index Cond.*tsv/.test(line);
    expect((await planFor('owner')).some(usesWords)).toBe(true);
    expect((await planFor('auren_app')).some(usesWords)).toBe(false);
  });
});
