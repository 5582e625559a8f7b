/**
 * What is kept of a person beside memories and events, as statements: how it is removed once the memories have ended, and how it is
 * read for an export. Whatever else comes to be derived from memories has its line in both lists.
 */
import type { TraceKind } from './port.ts';

/** $1 is the tenant, $2 the person. */
const isTheirs = (id: string) => `exists (select from events s
  where s.tenant_id = $1 and s.stream_id = ${id} and s.seq = 1 and s.user_id = $2)`;
/** What was stored meanwhile stands as new data. */
const isErased = (id: string) =>
  `(${isTheirs(id)} and not exists (select from memories m where m.tenant_id = $1 and m.id = ${id}))`;

const THEIR_STREAMS = 'select s.stream_id from events s where s.tenant_id = $1 and s.seq = 1 and s.user_id = $2';

/** Replies name memories in several places: as stored, as skipped, as rehearsed. */
const NAMED_IN_REPLY = `jsonb_path_query(i.reply, '$.** ? (@.type() == "string" && @ starts with "mem_")') as named (id)`;

/** In this order, in one transaction; the rows of each are counted under its name. */
export const REMOVE_TRACES: Record<string, string> = {
  // An ended memory has none; after a restore of single tables it may.
  payloads: `update events e set payload = null, salt = null
    where e.tenant_id = $1 and e.payload is not null and e.stream_id in (${THEIR_STREAMS}) and ${isErased('e.stream_id')}`,
  idempotency: `delete from idempotency i
    where i.tenant_id = $1 and exists (select from ${NAMED_IN_REPLY} where ${isErased("(named.id #>> '{}')")})`,
  usage: `delete from memory_usage u where u.tenant_id = $1 and u.id in (${THEIR_STREAMS}) and ${isErased('u.id')}`,
  flushes: `update usage_flushes f set counts = f.counts - gone.ids
    from (select array_agg(k.id) as ids from usage_flushes x, jsonb_object_keys(x.counts) as k (id)
          where x.tenant_id = $1 and ${isErased('k.id')}) gone
    where f.tenant_id = $1 and gone.ids is not null`,
  failures: `delete from consumer_failures f where f.tenant_id = $1 and f.event_id in (
    select e.id from events e where e.tenant_id = $1 and e.stream_id in (${THEIR_STREAMS}) and ${isErased('e.stream_id')})`,
};

/** Answer `key` and `data`, by key after $3, at most $4. */
export const READ_TRACES: Record<TraceKind, string> = {
  usage: `select u.id as key, jsonb_build_object('memory_id', u.id, 'access_count', u.access_count,
      'last_accessed_at', u.last_accessed_at, 'recent_uses', u.recent_uses) as data
    from memory_usage u join memories m on m.tenant_id = u.tenant_id and m.id = u.id
    where u.tenant_id = $1 and m.user_id = $2 and u.id > $3 order by u.id limit $4`,
  idempotency: `select i.key, jsonb_build_object('key', i.key, 'created_at', i.created_at, 'reply', i.reply) as data
    from idempotency i where i.tenant_id = $1 and i.key > $3
      and exists (select from ${NAMED_IN_REPLY} where ${isTheirs("(named.id #>> '{}')")})
    order by i.key limit $4`,
};
