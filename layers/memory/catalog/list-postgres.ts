/** Lists of the catalog, a page at a time by key set: no gap and no repeat where values are equal, whatever is written meanwhile. */
import type { Postgres, Row } from '../clients/postgres.ts';
import { type Instant, instant } from '../clock.ts';
import { invalidField } from '../errors.ts';
import { placeholders, visibleTo } from '../log/filter-sql.ts';
import type { Caller } from '../model/caller.ts';
import { decodePageCursor, encodePageCursor, orderOf, pageCursorAfter } from './page-cursor.ts';
import type { AgentSummary, CatalogRow, ListQuery, Page } from './port.ts';
import { CATALOG_FROM, catalogColumns, catalogFromRow, notExpired } from './rows.ts';

const ORDERS = {
  created_at: { column: 'm.created_at', cast: 'timestamptz', kind: 'string' },
  updated_at: { column: 'm.updated_at', cast: 'timestamptz', kind: 'string' },
  priority: { column: 'm.priority', cast: 'double precision', kind: 'number' },
} as const;

type Filtered = 'userId' | 'agentId' | 'spaceId' | 'key' | 'type' | 'tier';
type FilterColumns = Record<Filtered | 'metadata' | 'createdAt', string>;

const COLUMNS: FilterColumns = {
  userId: 'm.user_id',
  agentId: 'm.agent_id',
  spaceId: 'm.space_id',
  key: 'm.key',
  type: 'm.type',
  tier: 'm.tier',
  metadata: 'm.metadata',
  createdAt: 'm.created_at',
};
const EQUAL = ['userId', 'agentId', 'spaceId', 'key', 'type', 'tier'] as const satisfies Filtered[];

/** What a list keeps to, over the columns of now or of then. */
export function filterTerms(query: ListQuery, place: (value: unknown) => string, columns: FilterColumns): string {
  const terms = EQUAL.filter((field) => query[field] !== undefined).map(
    (field) => `${columns[field]} = ${place(query[field])}`,
  );
  if (query.metadata) terms.push(`${columns.metadata} @> ${place(JSON.stringify(query.metadata))}::jsonb`);
  if (query.createdAfter) terms.push(`${columns.createdAt} > ${place(query.createdAfter)}::timestamptz`);
  if (query.createdBefore) terms.push(`${columns.createdAt} < ${place(query.createdBefore)}::timestamptz`);
  return terms.length === 0 ? 'true' : terms.join(' and ');
}

/** Where the page before ended, as a condition on the values it was ordered by. */
export function afterCursor(query: ListQuery, place: (value: unknown) => string, column: string): string {
  if (query.cursor === undefined) return 'true';
  const { name, descends } = orderOf(query.order);
  const { cast, kind } = ORDERS[name];
  const [value, id] = decodePageCursor(query.cursor, [kind, 'string']);
  if (kind === 'string' && Number.isNaN(Date.parse(String(value))))
    throw invalidField('cursor', 'is not a cursor of this list.');
  return `(${column}, m.id) ${descends ? '<' : '>'} (${place(value)}::${cast}, ${place(id)})`;
}

export async function listMemories(
  postgres: Postgres,
  caller: Caller,
  query: ListQuery,
  now: Instant,
): Promise<Page<CatalogRow>> {
  const { name, descends } = orderOf(query.order);
  const { column } = ORDERS[name];
  const direction = descends ? 'desc' : 'asc';
  const params: unknown[] = [caller.tenantId];
  const place = placeholders(params);
  const text = `select ${catalogColumns('any')} from ${CATALOG_FROM}
    where m.tenant_id = $1 and ${notExpired(place(now))} and ${visibleTo(caller, place, 'm.')} 
      and ${filterTerms(query, place, COLUMNS)} and ${afterCursor(query, place, column)}
    order by ${column} ${direction}, m.id ${direction} limit ${place(query.limit + 1)}`;
  const [rows = []] = await postgres.run(caller.tenantId, [{ text, params }], { readOnly: true });
  const items = rows.slice(0, query.limit).map(catalogFromRow);
  const last = items.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { items, nextCursor: more ? pageCursorAfter(last, query.order) : null };
}

const agentFromRow = (row: Row): AgentSummary => ({
  id: row.agent_id as string,
  total: row.total as number,
  tiers: { hot: row.hot as number, warm: row.warm as number, cold: row.cold as number },
  lastActiveAt: row.last_active_at === null ? null : instant(row.last_active_at as Date),
});

export async function listAgents(
  postgres: Postgres,
  caller: Caller,
  { limit, cursor }: { limit: number; cursor?: string },
  now: Instant,
): Promise<Page<AgentSummary>> {
  const params: unknown[] = [caller.tenantId];
  const place = placeholders(params);
  const after = cursor === undefined ? 'true' : `m.agent_id > ${place(decodePageCursor(cursor, ['string'])[0])}`;
  const text = `select m.agent_id, count(*)::int as total, count(*) filter (where m.tier = 'hot')::int as hot,
      count(*) filter (where m.tier = 'warm')::int as warm, count(*) filter (where m.tier = 'cold')::int as cold,
      greatest(max(m.updated_at), max(u.last_accessed_at)) as last_active_at
    from ${CATALOG_FROM}
    where m.tenant_id = $1 and ${notExpired(place(now))} and ${visibleTo(caller, place, 'm.')} and ${after}
    group by m.agent_id order by m.agent_id limit ${place(limit + 1)}`;
  const [rows = []] = await postgres.run(caller.tenantId, [{ text, params }], { readOnly: true });
  const items = rows.slice(0, limit).map(agentFromRow);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodePageCursor([last.id]) : null };
}
