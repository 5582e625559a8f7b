/** Rehearses searches against a policy that is only simulated: what each answers now, and what it would answer afterwards. */
import type { Caller } from '../../model/caller.ts';
import { canonicalJson, type JsonObject } from '../../model/json.ts';
import type { TierName } from '../../model/memory.ts';
import type { SearchQuery } from '../../search/port.ts';
import type { Ports } from '../ports.ts';

/** Ids of what a search answers, without counting as a use. */
export type Rehearse = (caller: Caller, query: SearchQuery) => Promise<string[]>;

export type RehearsalPorts = Pick<Ports, 'queries' | 'queryLog'> & { rehearse: Rehearse };

/** What a policy would do to recalls: memories that end, and the tiers of those that move. */
export interface Effects {
  forgotten: ReadonlySet<string>;
  moved: ReadonlyMap<string, TierName>;
}

/** Those handed in first, then the agent's own of late. */
const REHEARSED_MAX = 50;
/** How far down a search is looked through for what moves up: Chroma gives 300 a call. */
const DEPTH_MAX = 300;

/** The queries handed in and, where the log is on, what the agent asked lately; each once. */
export async function queriesOf(
  { queries, queryLog }: RehearsalPorts,
  caller: Caller,
  agentId: string,
  handedIn: readonly SearchQuery[],
): Promise<SearchQuery[]> {
  const logged = queryLog ? await queries.recent(caller.tenantId, agentId, REHEARSED_MAX) : [];
  const different = new Map([...handedIn, ...logged].map((query) => [canonicalJson({ ...query }), query]));
  return [...different.values()].slice(0, REHEARSED_MAX);
}

/** Null where it answers the same. A move changes no ranking, so it changes only what a search of certain tiers, as of now, finds. */
async function answerAfter(
  rehearse: Rehearse,
  caller: Caller,
  query: SearchQuery,
  before: readonly string[],
  { forgotten, moved }: Effects,
): Promise<string[] | null> {
  const moves = query.tiers.length > 0 && query.asOf === null ? moved : new Map<string, TierName>();
  const goesTo = (id: string, asked: boolean) => {
    const tier = moves.get(id);
    return tier !== undefined && query.tiers.includes(tier) === asked;
  };
  const leaves = (id: string) => forgotten.has(id) || goesTo(id, false);
  const arrivals = new Set([...moves.keys()].filter((id) => goesTo(id, true)));
  if (arrivals.size === 0 && !before.some(leaves)) return null;

  const limit = Math.min(DEPTH_MAX, query.limit + forgotten.size + moves.size);
  const staying = (await rehearse(caller, { ...query, limit })).filter((id) => !leaves(id));
  if (arrivals.size === 0) return staying.slice(0, query.limit);
  const stays = new Set(staying);
  const everywhere = await rehearse(caller, { ...query, tiers: [], limit: DEPTH_MAX });
  const after = everywhere.filter((id) => stays.has(id) || arrivals.has(id)).slice(0, query.limit);
  return after.length === before.length && after.every((id) => before.includes(id)) ? null : after;
}

export async function rehearsals(
  rehearse: Rehearse,
  caller: Caller,
  queries: readonly SearchQuery[],
  effects: Effects,
): Promise<JsonObject[]> {
  const changed: JsonObject[] = [];
  for (const query of queries) {
    const before = await rehearse(caller, query);
    const after = await answerAfter(rehearse, caller, query, before, effects);
    if (after !== null) changed.push({ query: query.query, before, after });
  }
  return changed;
}
