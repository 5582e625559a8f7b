/**
 * The commit as SQL: idempotency record, events, catalog rows and what ends, in one statement, each fed by the one before, so that a
 * claim already taken writes nothing and a stale version leaves no trace.
 */
import type { Statement } from '../clients/postgres.ts';
import { searchableText } from '../embedding/searchable-text.ts';
import type { LogEvent } from '../model/event.ts';
import { partitionKey } from '../search/partition-vector.ts';
import { EVENT_COLUMNS, EVENT_RECORDSET, eventToRow } from './event-rows.ts';
import type { Commit, RowWrite } from './port.ts';

export const IDEMPOTENCY_HOURS = 24;

const rowToJson = ({ record, content, isNew }: RowWrite) => ({
  id: record.id,
  is_new: isNew,
  agent_id: record.agentId,
  user_id: record.userId,
  space_id: record.spaceId,
  visibility: record.visibility,
  key: record.key,
  type: record.type,
  priority: record.priority,
  confidence: record.confidence,
  metadata: record.metadata,
  source: record.source,
  tier: record.tier,
  tier_since: record.tierSince,
  hold: record.hold,
  retained_by: record.retainedBy,
  pinned: record.pinned,
  dual_stored: record.dualStored,
  version: record.version,
  seq: record.seq,
  content_seq: record.contentSeq,
  head_hash: record.headHash,
  created_at: record.createdAt,
  updated_at: record.updatedAt,
  expires_at: record.expiresAt,
  partition: partitionKey(record),
  // A new row always has its text; an unchanged content keeps the words it has.
  text: content === null ? null : searchableText(content),
  // A hot row keeps none: the event has it.
  content: record.tier === 'hot' && !record.dualStored ? null : content,
});

const ROW_RECORDSET = `id text, is_new boolean, agent_id text, user_id text, space_id text, visibility text, key text, type text,
  priority double precision, confidence double precision, metadata jsonb, source text, tier text, tier_since timestamptz, hold text,
  retained_by text, pinned boolean, dual_stored boolean, version int, seq int, content_seq int, head_hash text, created_at timestamptz,
  updated_at timestamptz, expires_at timestamptz, partition text, text text, content jsonb`;

/** Columns whose value after the commit is simply the one handed in. */
const PLAIN = `agent_id, user_id, space_id, visibility, key, type, priority, confidence, metadata, source, tier, tier_since, hold, retained_by,
  pinned, dual_stored, version, seq, content_seq, head_hash, created_at, updated_at, expires_at, partition`;
const FROM_ROW = PLAIN.replaceAll(/\w+/g, 'r.$&');

/**
 * `whole` divides by zero, which takes the transaction back, where the catalog does not have the rows that the events speak of.
 * $1 tenant, $2 events, $3 rows, $4 ended ids, $5 idempotency key, $6 fingerprint, $7 reply, $8 now
 */
const COMMIT = `
with claim as (
  insert into idempotency as i (tenant_id, key, fingerprint, reply, created_at)
  select $1, $5, $6, $7::jsonb, $8::timestamptz where $5::text is not null
  on conflict (tenant_id, key) do update
    set fingerprint = excluded.fingerprint, reply = excluded.reply, created_at = excluded.created_at
    where i.created_at < excluded.created_at - interval '${IDEMPOTENCY_HOURS} hours'
  returning 1
), appended as (
  insert into events (tenant_id, ${EVENT_COLUMNS})
  select $1, e.* from jsonb_to_recordset($2::jsonb) as e (${EVENT_RECORDSET})
  where $5::text is null or exists (select from claim)
  returning stream_id, seq
), incoming as (
  select r.*, v.tsv, (select coalesce(sum(cardinality(positions)), 0)::int from unnest(v.tsv)) as doc_len
  from jsonb_to_recordset($3::jsonb) as r (${ROW_RECORDSET})
  join appended a on a.stream_id = r.id and a.seq = r.seq
  cross join lateral (select to_tsvector('english', coalesce(r.text, '')) as tsv offset 0) v
), added as (
  insert into memories (tenant_id, id, ${PLAIN}, tsv, doc_len, content)
  select $1, r.id, ${FROM_ROW}, r.tsv, r.doc_len, case when r.tier <> 'hot' or r.dual_stored then r.content end
  from incoming r where r.is_new
  returning 1
), changed as (
  update memories m
  set (${PLAIN}) = row (${FROM_ROW}),
      tsv = case when r.text is null then m.tsv else r.tsv end,
      doc_len = case when r.text is null then m.doc_len else r.doc_len end,
      content = case
        when r.tier = 'warm' or r.dual_stored then coalesce(r.content, m.content,
          (select e.payload -> 'content' from events e where e.tenant_id = $1 and e.stream_id = r.id and e.seq = r.content_seq))
        -- stays until the cold copy is verified (dropWarmCopies)
        when r.tier = 'cold' then coalesce(r.content, m.content)
      end
  from incoming r where not r.is_new and m.tenant_id = $1 and m.id = r.id
  returning 1
), gone as (
  select e.id from unnest($4::text[]) as e (id) where exists (select from appended a where a.stream_id = e.id)
), removed as (
  delete from memories m using gone where m.tenant_id = $1 and m.id = gone.id returning 1
), forgotten as (
  delete from memory_usage u using gone where u.tenant_id = $1 and u.id = gone.id returning 1
), blanked as (
  update events x set payload = null, salt = null from gone where x.tenant_id = $1 and x.stream_id = gone.id and x.payload is not null returning 1
)
select (select count(*) from claim)::int as claimed, (select count(*) from appended)::int as appended, (select count(*) from added)::int as added,
       (select count(*) from changed)::int as changed, (select count(*) from removed)::int as removed,
       1 / (not exists (select from appended) or (
         (select count(*) from added) + (select count(*) from changed) = jsonb_array_length($3::jsonb)
         and (select count(*) from removed) = cardinality($4::text[])))::int as whole`;

const KEEP_POLICY = `insert into agent_policies (tenant_id, agent_id, policy)
  select $1, $2, $3::jsonb where exists (select from events e where e.tenant_id = $1 and e.stream_id = $4 and e.seq = $5 and e.id = $6)
  on conflict (tenant_id, agent_id) do update set policy = excluded.policy`;
const DROP_POLICY = 'delete from agent_policies where tenant_id = $1 and agent_id = $2';
const KEEP_KEY = `insert into api_keys (tenant_id, id, hash, scopes, agent_id, name, created_at, expires_at, revoked_at, seq, head_hash)
  values ($1, $2, $3, $4::text[], $5, $6, $7, $8, $9, $10, $11)
  on conflict (tenant_id, id) do update set revoked_at = excluded.revoked_at, seq = excluded.seq, head_hash = excluded.head_hash`;
const READ_CLAIM = 'select fingerprint, reply from idempotency where tenant_id = $1 and key = $2';
/** $3 now: what a commit of now would find taken. */
export const LIVE_CLAIM = `${READ_CLAIM} and created_at >= $3::timestamptz - interval '${IDEMPOTENCY_HOURS} hours'`;

function stateStatements({ tenantId, events, policy, apiKey }: Commit): Statement[] {
  const head = events.at(-1);
  const statements: Statement[] = [];
  if (policy?.policy && head) {
    const params = [tenantId, policy.agentId, JSON.stringify(policy.policy), head.streamId, head.seq, head.id];
    statements.push({ text: KEEP_POLICY, params });
  } else if (policy) {
    statements.push({ text: DROP_POLICY, params: [tenantId, policy.agentId] });
  }
  if (apiKey && head) {
    const { id, hash, scopes, agentId, name, createdAt, expiresAt, revokedAt } = apiKey;
    const params = [tenantId, id, hash, scopes, agentId, name, createdAt, expiresAt, revokedAt, head.seq, head.hash];
    statements.push({ text: KEEP_KEY, params });
  }
  return statements;
}

const byStream = (a: LogEvent, b: LogEvent) =>
  a.streamId === b.streamId ? a.seq - b.seq : a.streamId < b.streamId ? -1 : 1;

/** The statements of a commit; the first answers its counts, the last the idempotency record where a claim is made. */
export function commitStatements(commit: Commit): Statement[] {
  const { tenantId, events, rows = [], ended = [], idempotency, now } = commit;
  const params = [
    tenantId,
    // Sorted, so that two writers of the same memories wait for each other instead of locking crosswise.
    JSON.stringify([...events].sort(byStream).map(eventToRow)),
    JSON.stringify(rows.map(rowToJson)),
    ended,
    idempotency?.key ?? null,
    idempotency?.fingerprint ?? null,
    idempotency ? JSON.stringify(idempotency.reply) : null,
    now,
  ];
  const statements = [{ text: COMMIT, params }, ...stateStatements(commit)];
  if (idempotency) statements.push({ text: READ_CLAIM, params: [tenantId, idempotency.key] });
  return statements;
}
