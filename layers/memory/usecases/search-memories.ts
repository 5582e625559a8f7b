/** Search: words and meaning in parallel, one ranking over all tiers, content from the tier that holds it. */
import type { CatalogRow } from '../catalog/port.ts';
import { instant } from '../clock.ts';
import { EngineUnavailable } from '../errors.ts';
import type { AurenMemory } from '../memory.ts';
import type { Caller } from '../model/caller.ts';
import { withContents } from '../search/contents.ts';
import { TooLate, withDeadline } from '../search/deadline.ts';
import { byPriority, type Candidate, type Fused, fuse } from '../search/fuse.ts';
import type { LexicalHit, SearchAnswer, SearchQuery } from '../search/port.ts';
import { findByMeaning, IndexUnfilled, type SemanticFound } from '../search/semantic.ts';
import type { Ports } from './ports.ts';
import { searchPast } from './search-past.ts';
import { recallerOf, type Searched, searchedRide } from './searched-ride.ts';
import { pokeFeed } from './tell-feed.ts';

export type SearchPorts = Pick<
  Ports,
  'lexical' | 'vectors' | 'members' | 'embedder' | 'catalog' | 'hot' | 'cold' | 'clock' | 'warn' | 'queryLog' | 'poke'
>;

/** Words name this many candidates, or as many as are wanted: enough for the fusion to reorder. */
const LEXICAL_CANDIDATES = 100;
/** Being found beyond this place is not a use. */
const USES_MAX = 5;
const REDIS_DEADLINE_MS = 150;

interface Ranked {
  fused: Fused<Candidate & { row: CatalogRow }>[];
  degraded: string[];
  truncated: boolean;
}

const NOTHING: SemanticFound = { cosines: new Map(), rows: [], truncated: false };

export function createSearch(ports: SearchPorts): Pick<AurenMemory, 'search'> {
  return {
    /** Throws `engine_unavailable` where PostgreSQL does not answer; a late or failed semantic leg only degrades the answer. */
    async search(caller, query) {
      const startedAt = performance.now();
      if (query.asOf !== null) {
        const answer = await searchPast(ports, caller, query, instant(query.asOf));
        return { ...answer, tookMs: performance.now() - startedAt };
      }
      const now = instant(ports.clock.now());
      const { fused, degraded, truncated } = await rank(ports, caller, query, now);
      const shown = fused.slice(0, query.limit);
      const rows = shown.map(({ candidate }) => candidate.row);
      const [records] = await Promise.all([
        withContents(ports, caller, rows, now),
        tell(ports, caller, query, rows, {
          resultsCount: rows.length,
          degraded,
          ms: performance.now() - startedAt,
          now,
        }),
      ]);
      const byId = new Map(shown.map((one) => [one.candidate.row.id, one]));
      const results = records.flatMap((memory): SearchAnswer['results'] => {
        const { score = 0, parts = {} } = byId.get(memory.id) ?? {};
        return [{ memory, score, ...(query.explain ? { explain: { ...parts } } : {}) }];
      });
      return { results, tookMs: performance.now() - startedAt, degraded, truncated };
    },
  };
}

async function rank(ports: SearchPorts, caller: Caller, query: SearchQuery, now: string): Promise<Ranked> {
  const isBlank = query.query.trim() === '';
  const byWords: Promise<LexicalHit[]> =
    isBlank || query.mode !== 'semantic'
      ? ports.lexical.search(caller, query, Math.max(LEXICAL_CANDIDATES, query.limit), now)
      : Promise.resolve([]);
  const asksMeaning = !isBlank && query.mode !== 'lexical';
  const [hits, meaning] = await Promise.all([
    byWords,
    asksMeaning ? orDegraded(ports, findByMeaning(ports, caller, query, byWords, now)) : NOTHING,
  ]);
  const { cosines, rows, truncated } = meaning ?? NOTHING;
  const candidates = [
    ...hits.map(({ row, bm25 }) => ({ row, bm25, cosine: cosines.get(row.id) ?? null })),
    ...rows.map((row) => ({ row, bm25: 0, cosine: cosines.get(row.id) ?? null })),
  ];
  const legs = {
    lexical: query.mode !== 'semantic',
    semantic: asksMeaning && meaning !== null,
    cosineFloor: ports.embedder.cosineFloor,
  };
  return {
    fused: isBlank ? byPriority(candidates) : fuse(candidates, legs, now),
    degraded: meaning === null ? ['semantic'] : [],
    truncated,
  };
}

/**
 * Null where the leg failed or came late. A PostgreSQL that is down fails the lexical leg as well, or, in a purely semantic search,
 * is thrown on: without the catalog nobody can say what may be shown.
 */
async function orDegraded(ports: SearchPorts, leg: Promise<SemanticFound>): Promise<SemanticFound | null> {
  try {
    return await leg;
  } catch (error) {
    if (error instanceof EngineUnavailable && error.engine === 'postgres') throw error;
    if (!(error instanceof TooLate || error instanceof IndexUnfilled))
      ports.warn('search went on without meaning', error);
    return null;
  }
}

/**
 * Counts uses, carries the live event and keeps the query for the log, in one call; nothing of it for who only looks on. Redis being down
 * costs these and nothing else.
 */
async function tell(
  ports: SearchPorts,
  caller: Caller,
  query: SearchQuery,
  rows: readonly CatalogRow[],
  searched: Searched,
): Promise<void> {
  if (caller.observes) return;
  const by = recallerOf(caller, query, searched.now, ports.queryLog);
  const used = by.agentId === null ? [] : rows.slice(0, USES_MAX).map(({ id }) => id);
  const ride = searchedRide(caller, query, searched);
  try {
    const counting = ports.hot.used(caller.tenantId, used, searched.now, ride, by);
    const { watched } = await withDeadline(counting, REDIS_DEADLINE_MS, 'Redis');
    if (watched) await pokeFeed(ports, caller.tenantId);
  } catch (error) {
    ports.warn('the uses of a search were not counted', error);
  }
}
