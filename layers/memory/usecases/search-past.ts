/**
 * Search as of an instant: what the words would have found then, over what is still there and may still be read. Lexical alone, for
 * vectors are of now. The past is not used and tells nobody: no uses, no live event.
 */
import type { Instant } from '../clock.ts';
import { invalidField } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import { matchesFilters } from '../search/filters.ts';
import { byPriority, fuse } from '../search/fuse.ts';
import { listByPriority, rankByWords } from '../search/lexical-replay.ts';
import type { PastDocument, SearchAnswer, SearchQuery } from '../search/port.ts';
import type { Ports } from './ports.ts';

export type SearchPastPorts = Pick<Ports, 'lexical' | 'catalog' | 'embedder'>;

/** Of a larger scope the newest are searched, and the answer is `truncated`. */
export const PAST_MEMORIES_MAX = 5_000;
/**
 * What one statement reads. Texts that changed since are taken apart anew, about 4 MB a second: a page of the largest, 16 kB each, stays
 * below the 5 s that a statement has. The answer is about 300 bytes a memory.
 */
const PAGE = 500;
/** As many as in the present: fewer could miss what the priors lift. */
const CANDIDATES = 100;

async function scopeOf(
  { lexical }: SearchPastPorts,
  caller: Caller,
  query: SearchQuery,
  asOf: Instant,
): Promise<{ scope: PastDocument[]; truncated: boolean }> {
  const scope: PastDocument[] = [];
  for (;;) {
    // One more than is searched tells whether some are left out.
    const limit = Math.min(PAGE, PAST_MEMORIES_MAX + 1 - scope.length);
    const last = scope.at(-1)?.row;
    const page = await lexical.past(caller, query, asOf, { limit, ...(last ? { after: last } : {}) });
    scope.push(...page);
    if (scope.length > PAST_MEMORIES_MAX) return { scope: scope.slice(0, PAST_MEMORIES_MAX), truncated: true };
    if (page.length < limit) return { scope, truncated: false };
  }
}

/** Throws `invalid_field` for semantic mode, `engine_unavailable` where PostgreSQL does not answer. */
export async function searchPast(
  ports: SearchPastPorts,
  caller: Caller,
  query: SearchQuery,
  asOf: Instant,
): Promise<Omit<SearchAnswer, 'tookMs'>> {
  if (query.mode === 'semantic')
    throw invalidField('mode', '"semantic" is not possible with as_of: vectors are of now.');
  const { scope, truncated } = await scopeOf(ports, caller, query, asOf);
  const isBlank = query.query.trim() === '';
  const passes = (row: PastDocument['row']) => matchesFilters(query, row, asOf);
  const rank = isBlank ? listByPriority : rankByWords;
  const candidates = rank(scope, passes, Math.max(CANDIDATES, query.limit)).map((hit) => ({ ...hit, cosine: null }));
  const legs = { lexical: true, semantic: false, cosineFloor: ports.embedder.cosineFloor };
  const shown = (isBlank ? byPriority(candidates) : fuse(candidates, legs, asOf)).slice(0, query.limit);
  const ids = shown.map(({ candidate }) => candidate.row.id);
  const records = new Map((await ports.catalog.findAsOf(caller, ids, asOf)).map((record) => [record.id, record]));
  const results = shown.flatMap(({ candidate, score, parts }): SearchAnswer['results'] => {
    // Deleted or made private between the two reads: gone.
    const memory = records.get(candidate.row.id);
    return memory ? [{ memory, score, ...(query.explain ? { explain: { ...parts } } : {}) }] : [];
  });
  return { results, degraded: [], truncated };
}
