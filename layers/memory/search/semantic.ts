/**
 * The meaning's leg: embeds the query, names the partitions, asks the index and checks every hit against the catalog, which alone
 * says what exists, who may read it and whether it passes the filters. Selective filters make it ask for more: 50, 300, by ids.
 */
import type { Catalog, CatalogRow } from '../catalog/port.ts';
import type { Instant } from '../clock.ts';
import type { Embedder } from '../embedding/port.ts';
import type { Caller } from '../model/caller.ts';
import { mayRead } from '../policy/access.ts';
import { withDeadline } from './deadline.ts';
import { isSelective, matchesFilters } from './filters.ts';
import { type Nearest, type NearestPorts, nearest, WITHIN_IDS_MAX } from './nearest.ts';
import { choosePartitions, namedPartitions, PARTITIONS_MAX } from './partitions.ts';
import type { LexicalHit, LexicalIndex, SearchQuery, SemanticHit } from './port.ts';

export type SemanticPorts = NearestPorts & { catalog: Catalog; embedder: Embedder; lexical: LexicalIndex };

/** Waiting for a turn included; a call itself gets 300 ms (vectors-chroma.ts). */
const CHROMA_DEADLINE_MS = 1_500;
/** The first query of a process waits for its model to load. */
const EMBED_DEADLINE_MS = 2_000;
const FIRST_K = 50;
const SECOND_K = 300;

/** The index of this model holds nothing of the tenant yet. */
export class IndexUnfilled extends Error {
  override readonly name = 'IndexUnfilled';
}

export interface SemanticFound {
  /** Cosines at or above the floor of memories that exist, may be read and pass the filters. */
  cosines: Map<string, number>;
  /** Their rows, where the lexical hits do not have them. */
  rows: CatalogRow[];
  truncated: boolean;
}

/** `lexical` is the other leg under way: its rows are checked already. Throws IndexUnfilled, TooLate and what engines throw. */
export async function findByMeaning(
  ports: SemanticPorts,
  caller: Caller,
  query: SearchQuery,
  lexical: Promise<readonly LexicalHit[]>,
  now: Instant,
): Promise<SemanticFound> {
  const { tenantId } = caller;
  const names = namedPartitions(caller, query);
  const [vector, recent] = await Promise.all([
    withDeadline(ports.embedder.embedQuery(query.query), EMBED_DEADLINE_MS, 'embedding'),
    // One more than can be asked tells whether some are left out.
    names.open ? ports.catalog.recentPartitions(caller, PARTITIONS_MAX + 1, now) : [],
  ]);
  const { partitions, truncated } = choosePartitions(names, recent);
  const ask = (k: number) =>
    withDeadline(nearest(ports, tenantId, { vector, partitions, k }), CHROMA_DEADLINE_MS, 'Chroma');

  const known = new Map<string, CatalogRow | null>();
  const fromWords = new Set<string>();
  async function check(hits: readonly SemanticHit[]): Promise<SemanticFound> {
    const similar = hits.filter(({ cosine }) => cosine >= ports.embedder.cosineFloor);
    if (fromWords.size === 0) for (const { row } of await lexical) fromWords.add(row.id);
    const unknown = similar.map(({ id }) => id).filter((id) => !fromWords.has(id) && !known.has(id));
    for (const id of unknown) known.set(id, null);
    for (const row of await ports.catalog.find(tenantId, unknown, 'none', now)) {
      if (mayRead(caller, row) && matchesFilters(query, row, now)) known.set(row.id, row);
    }
    const kept = similar.filter(({ id }) => fromWords.has(id) || known.get(id));
    return {
      cosines: new Map(kept.map(({ id, cosine }) => [id, cosine])),
      rows: kept.flatMap(({ id }) => known.get(id) ?? []),
      truncated,
    };
  }
  /** What was cut off may still be similar: the last one found was. */
  const mayHoldMore = ({ hits, isCut }: Nearest, found: SemanticFound) =>
    isCut && found.cosines.size < query.limit && (hits.at(-1)?.cosine ?? -1) >= ports.embedder.cosineFloor;

  const firstK = Math.max(FIRST_K, query.limit);
  let answer = await ask(firstK);
  if (answer.isUnfilled) throw new IndexUnfilled('the index of this embedding model is not filled yet');
  let found = await check(answer.hits);
  if (!isSelective(query) || !mayHoldMore(answer, found)) return found;

  answer = await ask(SECOND_K);
  found = await check(answer.hits);
  if (!mayHoldMore(answer, found)) return found;

  const passing = await ports.lexical.search(caller, { ...query, query: '' }, WITHIN_IDS_MAX, now);
  const within = passing.map(({ row }) => row.id);
  for (const { row } of passing) known.set(row.id, known.get(row.id) ?? row);
  const byIds = ports.vectors.query(tenantId, { vector, partitions, k: firstK, within });
  return await check(await withDeadline(byIds, CHROMA_DEADLINE_MS, 'Chroma'));
}
