/**
 * What is kept of a person beside memories and events, as statements: how it is removed once the memories have ended, and how it is
 * read for an export. Whatever else comes to be derived from memories has its line in both lists.
 */
import { INSIGHT_KEY, PATTERN_ID } from '../model/pattern.ts';
import type { TraceKind } from './port.ts';

/** Of a person with very many memories these take seconds. */
export const LONG_MS = 10_000;

/**
 * $1 is the tenant, $2 the person. As scalar subqueries by primary key: as joins, a planner without statistics of a table that has
 * just grown compares every record with every memory of the person.
 */
const isTheirs = (id: string) => `(select o.user_id from events o
  where o.tenant_id = $1 and o.stream_id = ${id} order by o.seq limit 1) = $2`;
/** What was stored meanwhile stands as new data. */
const isErased = (id: string) =>
  `(${isTheirs(id)} and (select m.id from memories m where m.tenant_id = $1 and m.id = ${id}) is null)`;

/** Replies name memories in several places: as stored, as skipped, as rehearsed. */
const NAMED_IN_REPLY = `jsonb_path_query(i.reply, '$.** ? (@.type() == "string" && @ starts with "mem_")') as named (id)`;

/** By scope, or by what they were made of. */
const isPatternOf = (holds: (id: string) => string) => `(p.user_id = $2
  or exists (select from jsonb_to_recordset(p.members) as k (id text) where ${holds('k.id')}))`;

/**
 * Of memory m: it tells a pattern that holds an erased memory, or did when it was written. $1 tenant, $2 person. An insight names 200
 * members at most, its pattern all of them.
 */
export const TELLS_OF_ERASED = `m.type = 'insight' and starts_with(m.key, '${INSIGHT_KEY}${PATTERN_ID}') and (
  exists (select from patterns p where p.tenant_id = $1 and p.id = substr(m.key, ${INSIGHT_KEY.length + 1}) and ${isPatternOf(isErased)})
  or exists (select from events x cross join lateral jsonb_path_query(x.payload, '$.content.memory_ids[*]') as named (id)
    where x.tenant_id = $1 and x.stream_id = m.id and ${isErased("(named.id #>> '{}')")}))`;

/** In this order, in one transaction; the rows of each are counted under its name. Payloads and uses went in the commit that ended a memory. */
export const REMOVE_TRACES: Record<string, string> = {
  queries: 'delete from query_log q where q.tenant_id = $1 and q.user_id = $2',
  patterns: `delete from patterns p where p.tenant_id = $1 and ${isPatternOf(isErased)}`,
  access_patterns: 'delete from access_patterns a where a.tenant_id = $1 and a.user_id = $2',
  idempotency: `delete from idempotency i
    where i.tenant_id = $1 and exists (select from ${NAMED_IN_REPLY} where ${isErased("(named.id #>> '{}')")})`,
  flushes: `update usage_flushes f set counts = f.counts - gone.ids, hours = f.hours - gone.ids
    from (select array_agg(k.id) as ids from usage_flushes x, jsonb_object_keys(x.counts) as k (id)
          where x.tenant_id = $1 and ${isErased('k.id')}) gone
    where f.tenant_id = $1 and gone.ids is not null`,
  failures: `delete from consumer_failures f where f.tenant_id = $1 and f.event_id in (
    select e.id from events s
    cross join lateral (select x.id from events x where x.tenant_id = $1 and x.stream_id = s.stream_id order by x.seq) e
    where s.tenant_id = $1 and s.user_id = $2 and s.seq = 1 and ${isErased('s.stream_id')})`,
};

/** Answer `key` and `data`, by key after $3, at most $4. */
export const READ_TRACES: Record<TraceKind, string> = {
  usage: `select u.id as key, jsonb_build_object('memory_id', u.id, 'access_count', u.access_count,
      'last_accessed_at', u.last_accessed_at, 'recent_uses', u.recent_uses) as data
    from memories m join memory_usage u on u.tenant_id = $1 and u.id = m.id
    where m.tenant_id = $1 and m.user_id = $2 and m.id > $3 order by m.id limit $4`,
  idempotency: `select i.key, jsonb_build_object('key', i.key, 'created_at', i.created_at, 'reply', i.reply) as data
    from idempotency i where i.tenant_id = $1 and i.key > $3
      and exists (select from ${NAMED_IN_REPLY} where ${isTheirs("(named.id #>> '{}')")})
    order by i.key limit $4`,
  query: `select q.id as key, jsonb_build_object('id', q.id, 'agent_id', q.agent_id, 'at', q.at, 'query', q.query) as data
    from query_log q where q.tenant_id = $1 and q.user_id = $2 and q.id > $3 order by q.id limit $4`,
  access_pattern: `select * from (
      select jsonb_build_array(a.agent_id, a.type, a.hour)::text as key,
        jsonb_build_object('agent_id', a.agent_id, 'type', a.type, 'hour', a.hour, 'count', a.count) as data
      from access_patterns a where a.tenant_id = $1 and a.user_id = $2) counted
    where key > $3 order by key limit $4`,
  pattern: `select p.id as key, jsonb_build_object('id', p.id, 'label', p.label, 'terms', p.terms, 'discovered_at', p.discovered_at,
      'memory_ids', array(select k.id from jsonb_to_recordset(p.members) as k (id text) where ${isTheirs('k.id')})) as data
    from patterns p where p.tenant_id = $1 and p.id > $3 and ${isPatternOf(isTheirs)} order by p.id limit $4`,
};
