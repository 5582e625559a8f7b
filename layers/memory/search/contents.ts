/**
 * The content of found memories, each from the tier that holds it: one read a tier, side by side. What a tier does not give (Redis
 * behind, Chroma down, a copy on its way) comes from the catalog or the log; what has ended meanwhile is left out.
 */
import type { Catalog, CatalogRow } from '../catalog/port.ts';
import type { Instant } from '../clock.ts';
import { EngineUnavailable } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryRecord } from '../model/memory.ts';
import type { ColdTier, HotTier } from '../tiers/port.ts';
import { TooLate, withDeadline } from './deadline.ts';

export interface ContentPorts {
  catalog: Catalog;
  hot: HotTier;
  cold: ColdTier;
}

const COLD_DEADLINE_MS = 300;
const HOT_DEADLINE_MS = 150;

/** In the order of the rows. Throws only where PostgreSQL does not answer. */
export async function withContents(
  { catalog, hot, cold }: ContentPorts,
  caller: Caller,
  rows: readonly CatalogRow[],
  now: Instant,
): Promise<MemoryRecord[]> {
  const { tenantId } = caller;
  const lacking = rows.filter(({ content }) => content === null);
  const [fromHot, fromCold, fromWarm] = await Promise.all([
    orNothing(readHot(hot, caller, lacking, now)),
    orNothing(readCold(cold, tenantId, lacking)),
    readCatalog(catalog, tenantId, idsIn(lacking, 'warm'), now),
  ]);
  const given = new Map([...fromHot, ...fromCold, ...fromWarm]);
  const missing = lacking.filter(({ id }) => !given.has(id)).map(({ id }) => id);
  for (const [id, record] of await readCatalog(catalog, tenantId, missing, now)) given.set(id, record);
  return rows.flatMap((row) => (row.content === null ? (given.get(row.id) ?? []) : { ...row, content: row.content }));
}

type Found = Map<string, MemoryRecord>;

const idsIn = (rows: readonly CatalogRow[], tier: CatalogRow['tier']): string[] =>
  rows.filter((row) => row.tier === tier).map(({ id }) => id);

async function readHot(hot: HotTier, caller: Caller, rows: readonly CatalogRow[], now: Instant): Promise<Found> {
  const found: Found = new Map();
  const ids = idsIn(rows, 'hot');
  if (ids.length === 0) return found;
  const reading = hot.read(caller, ids, { use: false, now });
  const { leased, records } = await withDeadline(reading, HOT_DEADLINE_MS, 'Redis');
  if (!leased) return found;
  for (const row of rows) {
    const copy = records.get(row.id);
    // The catalog names the state; the copy brings its content and its exact uses.
    if (copy?.contentSeq !== row.contentSeq) continue;
    const { content, accessCount, lastAccessedAt } = copy;
    found.set(row.id, { ...row, content, accessCount, lastAccessedAt });
  }
  return found;
}

async function readCold(cold: ColdTier, tenantId: string, rows: readonly CatalogRow[]): Promise<Found> {
  const found: Found = new Map();
  const ids = idsIn(rows, 'cold');
  if (ids.length === 0) return found;
  const copies = await withDeadline(cold.get(tenantId, ids), COLD_DEADLINE_MS, 'Chroma');
  for (const row of rows) {
    const copy = copies.get(row.id);
    // An older copy may hold what a change has replaced since.
    if (copy && copy.seq >= row.contentSeq) found.set(row.id, { ...row, content: copy.content });
  }
  return found;
}

async function readCatalog(catalog: Catalog, tenantId: string, ids: readonly string[], now: Instant): Promise<Found> {
  const rows = ids.length === 0 ? [] : await catalog.find(tenantId, ids, 'any', now);
  return new Map(rows.flatMap((row) => (row.content === null ? [] : [[row.id, { ...row, content: row.content }]])));
}

/** A tier that does not answer gives nothing: the log has it all. Everything else is a fault and goes on. */
async function orNothing(reading: Promise<Found>): Promise<Found> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof EngineUnavailable || error instanceof TooLate) return new Map();
    throw error;
  }
}
