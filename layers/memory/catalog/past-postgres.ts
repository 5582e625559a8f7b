/** The catalog as it stood at an instant: PostgreSQL picks the memories, their events are replayed. Who may not read one now never sees its past. */
import type { Postgres } from '../clients/postgres.ts';
import type { Instant } from '../clock.ts';
import { EVENT_COLUMNS, eventFromRow } from '../log/event-rows.ts';
import { replay } from '../log/evolve.ts';
import { placeholders, visibleTo } from '../log/filter-sql.ts';
import { CONTENT_SEQ_THEN, EXPIRES_THEN, METADATA_THEN, pastFrom, UPDATED_THEN, WITHOUT_JIT } from '../log/past-sql.ts';
import type { Caller } from '../model/caller.ts';
import type { LogEvent } from '../model/event.ts';
import type { MemoryRecord } from '../model/memory.ts';
import { afterCursor, filterTerms } from './list-postgres.ts';
import { orderOf, pageCursorAfter } from './page-cursor.ts';
import type { ListQuery, Page } from './port.ts';

/** Only the content of then comes along: what it replaced may be as large, once for every change. */
const COLUMNS = EVENT_COLUMNS.replace(
  'payload, salt,',
  `case when payload ? 'content' and seq <> content_seq then jsonb_set(payload, '{content}', '{}') else payload end as payload,
  null::text as salt,`,
);

/** `picked` answers memory_id, content_seq and place. The records in order of place. */
async function replayed(
  postgres: Postgres,
  tenantId: string,
  picked: string,
  asOf: string,
  params: unknown[],
): Promise<MemoryRecord[]> {
  const text = `with picked as (${picked})
    select ${COLUMNS} from picked join events on tenant_id = $1 and stream_id = memory_id and at <= ${asOf}::timestamptz
    order by place, seq`;
  const [, rows = []] = await postgres.run(tenantId, [WITHOUT_JIT, { text, params }], { readOnly: true });
  const streams = new Map<string, LogEvent[]>();
  for (const row of rows) {
    const event = eventFromRow(tenantId, row);
    const stream = streams.get(event.streamId);
    if (stream) stream.push(event);
    else streams.set(event.streamId, [event]);
  }
  return [...streams.values()].flatMap((events) => replay(events) ?? []);
}

export async function findMemoriesAsOf(
  postgres: Postgres,
  caller: Caller,
  ids: readonly string[],
  asOf: Instant,
): Promise<MemoryRecord[]> {
  if (ids.length === 0) return [];
  const params: unknown[] = [caller.tenantId];
  const place = placeholders(params);
  const then = place(asOf);
  const picked = `select m.id as memory_id, ${CONTENT_SEQ_THEN} as content_seq, m.id as place from ${pastFrom(then)}
    where m.tenant_id = $1 and m.id = any(${place(ids)}::text[])
      and ${visibleTo(caller, place, 'm.')} and ${visibleTo(caller, place, 'h.')}`;
  return await replayed(postgres, caller.tenantId, picked, then, params);
}

/** The order's values as of then. */
const ORDERED_BY = {
  created_at: 'm.created_at',
  updated_at: `(${UPDATED_THEN})`,
  priority: 'h.priority',
} as const;

const COLUMNS_THEN = {
  userId: 'h.user_id',
  agentId: 'h.agent_id',
  spaceId: 'h.space_id',
  key: 'm.key',
  type: 'h.type',
  tier: 'h.tier',
  metadata: `(${METADATA_THEN})`,
  createdAt: 'm.created_at',
};

/** A walk is stable: the past does not change, and what ends or is made private meanwhile only leaves a gap. */
export async function listMemoriesAsOf(
  postgres: Postgres,
  caller: Caller,
  query: ListQuery,
  asOf: Instant,
): Promise<Page<MemoryRecord>> {
  const { name, descends } = orderOf(query.order);
  const direction = descends ? 'desc' : 'asc';
  const params: unknown[] = [caller.tenantId];
  const place = placeholders(params);
  const then = place(asOf);
  const column = ORDERED_BY[name];
  // Nothing is created after it is recorded: the bound lets the index of created_at skip the memories younger than `asOf`.
  const picked = `select memory_id, content_seq, row_number() over (order by value ${direction}, memory_id ${direction}) as place from (
      select m.id as memory_id, ${CONTENT_SEQ_THEN} as content_seq, ${column} as value from ${pastFrom(then)}
      where m.tenant_id = $1 and m.created_at <= ${then}::timestamptz
        and ${visibleTo(caller, place, 'm.')} and ${visibleTo(caller, place, 'h.')}
        and ((${EXPIRES_THEN}) is null or (${EXPIRES_THEN}) > ${then}::timestamptz)
        and ${filterTerms(query, place, COLUMNS_THEN)} and ${afterCursor(query, place, column)}
      order by ${column} ${direction}, m.id ${direction} limit ${place(query.limit + 1)}) page`;
  const found = await replayed(postgres, caller.tenantId, picked, then, params);
  const items = found.slice(0, query.limit);
  const last = items.at(-1);
  const more = found.length > query.limit && last !== undefined;
  return { items, nextCursor: more ? pageCursorAfter(last, query.order) : null };
}
