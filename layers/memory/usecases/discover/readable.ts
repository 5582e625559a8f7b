/** What discovery and the map look at: the newest memories that the caller may read, that say something and are indexed. */
import type { CatalogRow, ListQuery } from '../../catalog/port.ts';
import type { Instant } from '../../clock.ts';
import { searchableText } from '../../embedding/searchable-text.ts';
import type { Whose } from '../../memory.ts';
import type { Caller } from '../../model/caller.ts';
import type { Ports } from '../ports.ts';

/** All pairs are compared: 2,000 vectors take two seconds of a CPU, 4,000 eight, and a request has 29. */
export const DISCOVERY_MEMORIES_MAX = 2_000;
/** With content: at most 3 MB a round trip. */
const PAGE = 200;

export interface Readable {
  row: CatalogRow;
  text: string;
  vector: Float32Array;
}

type ReadablePorts = Pick<Ports, 'catalog' | 'vectors'>;

/** Newest first. Throws `EngineUnavailable` without Chroma. */
export async function readable(ports: ReadablePorts, caller: Caller, whose: Whose, now: Instant): Promise<Readable[]> {
  const said = (await newest(ports, caller, whose, now))
    .map((row) => ({ row, text: searchableText(row.content) }))
    // An empty text has a vector as well, the same for all of them.
    .filter(({ text }) => text !== '');
  // Page after page: side by side they would take every turn that searches have at Chroma.
  const vectors = await ports.vectors.vectors(
    caller.tenantId,
    said.map(({ row }) => row.id),
  );
  return said.flatMap((memory) => {
    const vector = vectors.get(memory.row.id);
    return vector === undefined ? [] : [{ ...memory, vector }];
  });
}

async function newest({ catalog }: ReadablePorts, caller: Caller, whose: Whose, now: Instant) {
  const rows: Awaited<ReturnType<typeof catalog.list>>['items'] = [];
  let cursor: string | undefined;
  do {
    const query: ListQuery = { ...whose, order: '-created_at', limit: PAGE, ...(cursor && { cursor }) };
    const page = await catalog.list(caller, query, now);
    rows.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && rows.length < DISCOVERY_MEMORIES_MAX);
  return rows;
}
