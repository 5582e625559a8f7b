/**
 * Redis and the catalog's hot memories become the same set, the best by score as of now. Scores are made anew, for stored ones do not
 * age; copies that Redis lost are put back; what does not fit is moved to warm; copies of what is not hot are taken out.
 */
import type { CatalogRow } from '../../catalog/port.ts';
import type { MemoryRecord } from '../../model/memory.ts';
import { flipEvicted } from '../publish.ts';
import type { SweepRun } from './run.ts';

/** Ids alone: a script of 1,000 takes Redis some ms. */
const PAGE = 1_000;
/** With content: at most some 3 MB a round trip. */
const PUT_BATCH = 100;

const hasContent = (row: CatalogRow): row is MemoryRecord => row.content !== null;

async function toWarm(run: SweepRun, records: readonly MemoryRecord[]): Promise<void> {
  if (records.length === 0) return;
  await flipEvicted(run.ports, run.context(), records);
  await run.ports.poke.poke(run.tenantId);
}

/**
 * What still has no copy afterwards was evicted at this very seq: its tombstone keeps it out, and it belongs in warm. Answers whether
 * anything had to leave.
 */
async function putBack(run: SweepRun, ids: readonly string[]): Promise<boolean> {
  const { ports, tenantId, tally } = run;
  const rows = (await ports.catalog.find(tenantId, ids, 'any', run.now())).filter(hasContent);
  const records = rows.filter(({ tier }) => tier === 'hot');
  if (records.length === 0) return false;
  const { evicted } = await ports.hot.putAndEvict(tenantId, records, run.now());
  const absent = await ports.hot.rescore(
    tenantId,
    records.map(({ id }) => id),
    run.now(),
  );
  const leaving = new Map(evicted.map((record) => [record.id, record]));
  for (const record of records) if (absent.includes(record.id)) leaving.set(record.id, record);
  tally.restored += records.filter(({ id }) => !leaving.has(id)).length;
  await toWarm(run, [...leaving.values()]);
  return leaving.size > 0;
}

/** Answers whether anything had to leave for it. */
async function bringBack(run: SweepRun): Promise<boolean> {
  const { ports, tenantId } = run;
  let afterId: string | null = null;
  let hasEvicted = false;
  while (await run.goesOn()) {
    const page: CatalogRow[] = await ports.catalog.hotRows(tenantId, { afterId, limit: PAGE }, run.now());
    const ids = page.map(({ id }) => id);
    const absent = ids.length > 0 ? await ports.hot.rescore(tenantId, ids, run.now()) : [];
    for (let start = 0; start < absent.length && (await run.goesOn()); start += PUT_BATCH) {
      if (await putBack(run, absent.slice(start, start + PUT_BATCH))) hasEvicted = true;
    }
    if (page.length < PAGE) return hasEvicted;
    afterId = ids.at(-1) ?? null;
  }
  return hasEvicted;
}

/** Ids of those that the catalog does not call hot. */
async function strangersAmong({ ports, tenantId, now }: SweepRun, ids: readonly string[]): Promise<string[]> {
  const rows = await ports.catalog.find(tenantId, ids, 'none', now());
  const hot = new Set(rows.filter(({ tier }) => tier === 'hot').map(({ id }) => id));
  return ids.filter((id) => !hot.has(id));
}

/** The copy is read before the catalog is asked a second time: what becomes hot after that has a higher seq and stays. */
async function removeStrangers(run: SweepRun): Promise<void> {
  const { ports, tenantId, tally } = run;
  let from = 0;
  while (await run.goesOn()) {
    const ids = await ports.hot.held(tenantId, from, PAGE);
    if (ids.length === 0) return;
    const suspects = await strangersAmong(run, ids);
    const copies = suspects.length > 0 ? await ports.hot.get(tenantId, suspects) : new Map<string, never>();
    const strangers = copies.size > 0 ? await strangersAmong(run, [...copies.keys()]) : [];
    const marks = strangers.map((id) => ({ id, seq: copies.get(id)?.seq ?? 0 }));
    if (marks.length > 0) await ports.hot.remove(tenantId, marks);
    tally.removedCopies += marks.length;
    from += ids.length - marks.length;
  }
}

/** Where the capacity was set lower since the last write. */
async function shrink(run: SweepRun): Promise<void> {
  const { evicted } = await run.ports.hot.putAndEvict(run.tenantId, [], run.now());
  await toWarm(run, evicted);
}

export async function repairHot(run: SweepRun): Promise<void> {
  await removeStrangers(run);
  // An outdated copy that had to leave is not moved: its memory has changed since, and comes back as it is now.
  while (await bringBack(run));
  await shrink(run);
}
