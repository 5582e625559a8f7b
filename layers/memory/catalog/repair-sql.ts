/**
 * The statements that repair the catalog. A repair locks the rows first and looks for later events in a statement of its own, which
 * sees what had been committed by then: a writer that came in between is never overwritten.
 */
import { FROM_ROW, PLAIN, ROW_RECORDSET, WORDS_FROM_ROW, WORDS_OF_ROW } from '../log/commit-sql.ts';
import { ENDING_EVENTS } from '../model/event.ts';

const INCOMING = `jsonb_to_recordset($2::jsonb) as r (${ROW_RECORDSET})`;

/** Nothing has happened to the memory since the record was read; the lock on its row keeps it so. */
const IS_NEWEST = 'not exists (select from events e where e.tenant_id = $1 and e.stream_id = r.id and e.seq > r.seq)';

export const LOCK_ROWS =
  'select 1 from memories m where m.tenant_id = $1 and m.id = any($2::text[]) order by m.id for update';

/** A row that should not have a key may hold the one of a row that should: it gives it up, and gets its own back in its turn. */
export const RELEASE_KEYS = `update memories m set key = null from ${INCOMING}
  where m.tenant_id = $1 and m.key = r.key and m.agent_id = r.agent_id and m.id <> r.id and ${IS_NEWEST}
    and coalesce(m.user_id, '') = coalesce(r.user_id, '') and coalesce(m.space_id, '') = coalesce(r.space_id, '')`;

const COLUMNS = `${PLAIN}, tsv, doc_len`;
const prefixed = (prefix: string) => COLUMNS.replaceAll(/\w+/g, `${prefix}.$&`);

/** A warm copy of a cold memory that is gone stays gone: its cold copy was verified, or the log serves it. */
const WARM_COPY = `case when excluded.tier = 'cold' and m.content is null then null else excluded.content end`;

export const RESTORE_ROWS = `with repaired as (
  insert into memories as m (tenant_id, id, ${COLUMNS}, content)
  select $1, r.id, ${FROM_ROW}, ${WORDS_OF_ROW}, r.content from ${INCOMING} ${WORDS_FROM_ROW}
  where ${IS_NEWEST}
  on conflict (tenant_id, id) do update set (${COLUMNS}, content) = row (${prefixed('excluded')}, ${WARM_COPY})
  where (${prefixed('m')}, m.content) is distinct from (${prefixed('excluded')}, ${WARM_COPY})
  returning 1
) select count(*)::int as n from repaired`;

/** The last event of a stream decides: what was made after the log was read stays. */
const lastType = (stream: string) =>
  `(select e.type from events e where e.tenant_id = $1 and e.stream_id = ${stream} order by e.seq desc limit 1)`;

const ENDING = ENDING_EVENTS.map((type) => `'${type}'`).join(', ');

const HAS_ENDED = `m.tenant_id = $1 and m.id = any($2::text[]) and coalesce(${lastType('m.id')} in (${ENDING}), true)`;

export const ENDED = `select m.id from memories m where ${HAS_ENDED}`;

export const REMOVE_ENDED = `with gone as (
  delete from memories m where ${HAS_ENDED}
  returning m.id
), forgotten as (
  delete from memory_usage u using gone where u.tenant_id = $1 and u.id = gone.id
) select count(*)::int as n from gone`;

const SPACES = `(select r.* from jsonb_to_recordset($2::jsonb) as r (id text, name text, created_at timestamptz, seq int, head_hash text, members jsonb)
  where not exists (select from events e where e.tenant_id = $1 and e.stream_id = 'space:' || r.id and e.seq > r.seq))`;
const MEMBERS = 'jsonb_to_recordset(r.members) as k (agent_id text, role text)';

/** Three statements, as rows of one table refer to those of the other; each answers how many it changed. */
export const RESTORE_SPACES = [
  `with repaired as (
  insert into spaces as s (tenant_id, id, name, created_at, seq, head_hash)
  select $1, r.id, r.name, r.created_at, r.seq, r.head_hash from ${SPACES} r
  on conflict (tenant_id, id) do update
    set (name, created_at, seq, head_hash) = row (excluded.name, excluded.created_at, excluded.seq, excluded.head_hash)
    where (s.name, s.created_at, s.seq, s.head_hash) is distinct from (excluded.name, excluded.created_at, excluded.seq, excluded.head_hash)
  returning 1
) select count(*)::int as n from repaired`,
  `with gone as (
  delete from space_members o using ${SPACES} r
  where o.tenant_id = $1 and o.space_id = r.id and not exists (select from ${MEMBERS} where k.agent_id = o.agent_id)
  returning 1
) select count(*)::int as n from gone`,
  `with repaired as (
  insert into space_members as o (tenant_id, space_id, agent_id, role) select $1, r.id, k.agent_id, k.role from ${SPACES} r, ${MEMBERS}
  on conflict (tenant_id, space_id, agent_id) do update set role = excluded.role where o.role <> excluded.role
  returning 1
) select count(*)::int as n from repaired`,
];

export const REMOVE_SPACES = `with gone as (
  delete from spaces s where s.tenant_id = $1 and s.id <> all($2::text[]) and coalesce(${lastType("'space:' || s.id")} = 'space.deleted', true)
  returning 1
) select count(*)::int as n from gone`;

const POLICIES = 'jsonb_to_recordset($2::jsonb) as r (agent_id text, seq int, policy jsonb)';

export const RESTORE_POLICIES = `with gone as (
  delete from agent_policies p where p.tenant_id = $1 and coalesce(${lastType("'policy:' || p.agent_id")} <> 'policy.set', true)
  returning 1
), repaired as (
  insert into agent_policies as p (tenant_id, agent_id, policy) select $1, r.agent_id, r.policy from ${POLICIES}
  where not exists (select from events e where e.tenant_id = $1 and e.stream_id = 'policy:' || r.agent_id and e.seq > r.seq)
  on conflict (tenant_id, agent_id) do update set policy = excluded.policy where p.policy <> excluded.policy
  returning 1
) select (select count(*) from gone)::int + (select count(*) from repaired)::int as n`;
