/**
 * A commit as statements: idempotency record, events, catalog rows and what ends in one (commit-sql.ts), each fed by the one before, so
 * that a claim already taken writes nothing and a stale version leaves no trace; then what stands beside the memories.
 */
import { notExpired } from '../catalog/rows.ts';
import type { Statement } from '../clients/postgres.ts';
import { searchableText } from '../embedding/searchable-text.ts';
import type { LogEvent, MoveReason } from '../model/event.ts';
import { partitionKey } from '../search/partition-vector.ts';
import { commitSql, IDEMPOTENCY_HOURS } from './commit-sql.ts';
import { eventToRow } from './event-rows.ts';
import { patternStatements } from './pattern-sql.ts';
import type { Commit, RowWrite } from './port.ts';
import { spaceStatements } from './space-sql.ts';

/** A catalog row as `ROW_RECORDSET` takes it. */
export const rowToJson = ({ record, content, isNew }: RowWrite) => ({
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

/** Who pins at the same time looks one after the other, and sees what the ones before have pinned. */
const PINS_IN_TURN = "select pg_advisory_xact_lock(hashtextextended('pins:' || $1, 0))";
/** $2 now, $3 the most, $4 one of the commit's own events: a claim already taken pins nothing. Divides by zero where there are more. */
const PINS_FIT = `select 1 / (not exists (select from events e where e.tenant_id = $1 and e.stream_id = $4 and e.seq = $5 and e.id = $6)
  or (select count(*) from memories m where m.tenant_id = $1 and m.pinned and ${notExpired('$2')}) <= $3::int)::int as fits`;

const NOTE_PREDICTIONS = `insert into predictions (tenant_id, id, at)
  select $1, p.id, p.at from jsonb_to_recordset($2::jsonb) as p (id text, at timestamptz)`;

const isPrediction = ({ type, data }: LogEvent): boolean =>
  type === 'memory.tier_changed' && data.reason === ('prediction' satisfies MoveReason);

function stateStatements({ tenantId, events, policy, apiKey, space, patterns, pinsMax, now }: Commit): Statement[] {
  const head = events.at(-1);
  const statements: Statement[] = [];
  const predictions = events.filter(isPrediction).map(({ streamId, at }) => ({ id: streamId, at }));
  if (predictions.length > 0) {
    statements.push({ text: NOTE_PREDICTIONS, params: [tenantId, JSON.stringify(predictions)] });
  }
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
  if (space && head) statements.push(...spaceStatements(tenantId, space, head));
  if (patterns) statements.push(...patternStatements(tenantId, patterns));
  if (pinsMax !== undefined && head) {
    statements.push({ text: PINS_IN_TURN, params: [tenantId] });
    statements.push({ text: PINS_FIT, params: [tenantId, now, pinsMax, head.streamId, head.seq, head.id] });
  }
  return statements;
}

const byStream = (a: LogEvent, b: LogEvent) =>
  a.streamId === b.streamId ? a.seq - b.seq : a.streamId < b.streamId ? -1 : 1;

/** The statements of a commit; the first answers its counts, the last the idempotency record where a claim is made. */
export function commitStatements(commit: Commit): Statement[] {
  const { tenantId, events, rows = [], ended = [], idempotency, now } = commit;
  const statement = commitSql({
    tenantId,
    // Sorted, so that two writers of the same memories wait for each other instead of locking crosswise.
    events: JSON.stringify([...events].sort(byStream).map(eventToRow)),
    rows:
      rows.length === 0
        ? undefined
        : {
            json: JSON.stringify(rows.map(rowToJson)),
            count: rows.length,
            new: rows.filter(({ isNew }) => isNew).length,
          },
    ended,
    claim: idempotency && { ...idempotency, reply: JSON.stringify(idempotency.reply), now },
  });
  const statements = [statement, ...stateStatements(commit)];
  if (idempotency) statements.push({ text: READ_CLAIM, params: [tenantId, idempotency.key] });
  return statements;
}
