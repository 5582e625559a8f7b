/** Rows of the catalog as they are read: the living ones, and of those what a caller may see. */
import type { CatalogRow, ContentFrom } from '../../../layers/memory/catalog/port.ts';
import type { Instant } from '../../../layers/memory/clock.ts';
import { replay } from '../../../layers/memory/log/evolve.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { mayRead } from '../../../layers/memory/policy/access.ts';
import { contentFromLog, copyOf, isAlive, type Store, type StoredRow, type TenantData } from './store.ts';

/** A row as it is read: with its uses, and with content as asked for. */
export function rowWith(data: TenantData, { record, content }: StoredRow, from: ContentFrom): CatalogRow {
  const uses = data.usage.get(record.id);
  const wanted = from === 'any' || (from === 'tier' && record.tier !== 'cold');
  return copyOf({
    ...record,
    accessCount: uses?.count ?? 0,
    lastAccessedAt: uses?.lastAt ?? null,
    content: wanted ? (content ?? contentFromLog(data, record)) : null,
  });
}

export function livingRows(store: Store, tenantId: string, now: Instant, from: ContentFrom = 'none'): CatalogRow[] {
  const data = store.of(tenantId);
  const alive = [...data.rows.values()].filter(({ record }) => isAlive(record, now));
  return alive.map((row) => rowWith(data, row, from));
}

export const visibleRows = (store: Store, caller: Caller, now: Instant, from: ContentFrom = 'none'): CatalogRow[] =>
  livingRows(store, caller.tenantId, now, from).filter((row) => mayRead(caller, row));

/** What the caller may read now and could read then, as it was then; expired or not. */
export function pastRecords(store: Store, caller: Caller, asOf: Instant): MemoryRecord[] {
  const data = store.of(caller.tenantId);
  const readable = [...data.rows.values()].filter(({ record }) => mayRead(caller, record));
  const records = readable.flatMap(({ record: { id } }) => {
    const events = data.events.filter(({ streamId, at }) => streamId === id && at <= asOf);
    return replay(events.sort((a, b) => a.seq - b.seq)) ?? [];
  });
  return copyOf(records.filter((record) => mayRead(caller, record)));
}
