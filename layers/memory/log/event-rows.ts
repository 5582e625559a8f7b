/** Events as rows of PostgreSQL, both ways. */
import type { Row } from '../clients/postgres.ts';
import { instant } from '../clock.ts';
import type { EventHeader, LogEvent, Payload, PlacedEvent } from '../model/event.ts';
import { encodeCursor } from './order.ts';

/** Shape of the JSON that a commit hands in: jsonb_to_recordset names and types. */
export const EVENT_RECORDSET = `stream_id text, seq int, id text, type text, schema_version int, at timestamptz, actor text, request_id text,
  agent_id text, user_id text, space_id text, visibility text, memory_type text, tier text, version int, priority double precision,
  confidence double precision, data jsonb, payload jsonb, salt text, payload_hash text, prev_hash text, hash text`;

const NAMES = `stream_id, seq, id, type, schema_version, at, actor, request_id, agent_id, user_id, space_id, visibility, memory_type,
  tier, version, priority, confidence, data, payload, salt, payload_hash, prev_hash, hash`;

export const EVENT_COLUMNS = NAMES;
/** For readers that must not see content. */
export const EVENT_COLUMNS_BARE = NAMES.replace('payload, salt,', 'null::jsonb as payload, null::text as salt,');

export const eventToRow = (event: LogEvent) => ({
  stream_id: event.streamId,
  seq: event.seq,
  id: event.id,
  type: event.type,
  schema_version: event.schemaVersion,
  at: event.at,
  actor: event.actor,
  request_id: event.requestId,
  agent_id: event.agentId,
  user_id: event.userId,
  space_id: event.spaceId,
  visibility: event.visibility,
  memory_type: event.memoryType,
  tier: event.tier,
  version: event.version,
  priority: event.priority,
  confidence: event.confidence,
  data: event.data,
  payload: event.payload,
  salt: event.salt,
  payload_hash: event.payloadHash,
  prev_hash: event.prevHash,
  hash: event.hash,
});

/** Rows come from our own table, whose checks hold the types. */
export const eventFromRow = (tenantId: string, row: Row): LogEvent => ({
  tenantId,
  streamId: row.stream_id as string,
  seq: row.seq as number,
  id: row.id as string,
  type: row.type as EventHeader['type'],
  schemaVersion: row.schema_version as number,
  at: instant(row.at as Date),
  actor: row.actor as string,
  requestId: row.request_id as string,
  agentId: row.agent_id as string | null,
  userId: row.user_id as string | null,
  spaceId: row.space_id as string | null,
  visibility: row.visibility as EventHeader['visibility'],
  memoryType: row.memory_type as EventHeader['memoryType'],
  tier: row.tier as EventHeader['tier'],
  version: row.version as number | null,
  priority: row.priority as number | null,
  confidence: row.confidence as number | null,
  data: row.data as EventHeader['data'],
  payload: row.payload as Payload | null,
  salt: row.salt as string | null,
  payloadHash: row.payload_hash as string,
  prevHash: row.prev_hash as string,
  hash: row.hash as string,
});

export const placedFromRow = (tenantId: string, row: Row): PlacedEvent => ({
  ...eventFromRow(tenantId, row),
  cursor: encodeCursor({ epoch: row.epoch as string, txid: row.txid as string, position: row.position as string }),
});
