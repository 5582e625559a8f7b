/** What a move costs at the least: an event row and a changed catalog row, 200 of each in one transaction, through the plain client. */
import { EVENT_COLUMNS, EVENT_RECORDSET } from '@auren/memory/log/event-rows.ts';
import { neon } from '@neondatabase/serverless';
import type { Stage } from '../stage.ts';

const BATCH = 200;
const TENANT = 'move-floor';

const SETTINGS = "select set_config('auren.tenant', $1, true)";
const INSERT_EVENTS = `insert into auren.events (tenant_id, ${EVENT_COLUMNS})
  select $1, e.* from jsonb_to_recordset($2::jsonb) as e (${EVENT_RECORDSET})`;
const COPY_ROWS = `insert into auren.memories select (jsonb_populate_record(m, jsonb_build_object('tenant_id', $1::text))).*
  from auren.memories m where m.tenant_id = $2 and m.tier = 'hot' limit ${BATCH} returning id`;
const MOVE_ROWS = `update auren.memories set tier = case tier when 'hot' then 'warm' else 'hot' end, seq = seq + 1
  where tenant_id = $1 and id = any($2::text[]) returning id`;

/** Answers how many were moved. */
export async function openMoveFloor({ env, reads }: Stage): Promise<() => Promise<number>> {
  const sql = neon(env.DATABASE_URL);
  const rows = await sql.query(COPY_ROWS, [TENANT, reads.id]);
  const ids = rows.map(({ id }) => id as string);
  let round = 0;
  return async () => {
    round += 1;
    const [, , moved = []] = await sql.transaction([
      sql.query(SETTINGS, [TENANT]),
      sql.query(INSERT_EVENTS, [TENANT, JSON.stringify(ids.map((id) => bareMove(id, round)))]),
      sql.query(MOVE_ROWS, [TENANT, ids]),
    ]);
    if (moved.length !== BATCH) throw new Error(`floor: ${moved.length} of ${BATCH} rows moved`);
    return moved.length;
  };
}

const HASH = '0'.repeat(64);

const bareMove = (id: string, seq: number) => ({
  stream_id: id,
  seq,
  id: `${id}-${seq}`,
  type: 'memory.tier_changed',
  schema_version: 1,
  at: new Date().toISOString(),
  actor: 'floor',
  request_id: 'bench',
  data: { from: 'hot', to: 'warm', reason: 'age' },
  payload_hash: HASH,
  prev_hash: HASH,
  hash: HASH,
});
