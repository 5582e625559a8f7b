/** What tests store: memories, their events with a valid hash chain, and the commits that carry both. */
import { randomUUID } from 'node:crypto';
import type { Instant } from '../../layers/memory/clock.ts';
import { GENESIS, sealEvent } from '../../layers/memory/log/chain.ts';
import type { Commit, RowWrite } from '../../layers/memory/log/port.ts';
import type { Caller } from '../../layers/memory/model/caller.ts';
import type { EventHeader, EventType, LogEvent, MoveReason, Payload } from '../../layers/memory/model/event.ts';
import type { JsonObject } from '../../layers/memory/model/json.ts';
import type { MemoryFields, MemoryRecord, TierName } from '../../layers/memory/model/memory.ts';
import { NOON } from './clock.ts';
import { nextMemoryId } from './ids.ts';

/** The key of the hash chain in tests. */
export const CHAIN_KEY = Buffer.alloc(32, 7);

/** A caller whose unbound key may do everything in the tenant. */
export const aCaller = (tenantId: string, overrides: Partial<Caller> = {}): Caller => ({
  tenantId,
  keyId: 'key_test',
  scopes: ['admin'],
  agentId: null,
  spaceRoles: {},
  requestId: 'req_test',
  ...overrides,
});

/** A memory as it is right after it was stored. A space or a user decides the visibility unless it is given. */
export function aMemory(overrides: Partial<MemoryRecord> = {}): MemoryRecord {
  const { userId = null, spaceId = null, createdAt = NOON } = overrides;
  const visibility = spaceId !== null ? 'space' : userId !== null ? 'user' : 'agent';
  return {
    id: nextMemoryId(),
    agentId: 'neuroscientist',
    userId,
    spaceId,
    visibility,
    key: null,
    type: 'analysis',
    content: { finding: 'resting heart rate variability fell for three nights' },
    confidence: 0.7,
    priority: 5,
    metadata: {},
    source: 'agent',
    pinned: false,
    createdAt,
    expiresAt: null,
    tier: 'hot',
    dualStored: false,
    version: 1,
    updatedAt: createdAt,
    lastAccessedAt: null,
    accessCount: 0,
    seq: 1,
    headHash: GENESIS,
    contentSeq: 1,
    hold: null,
    retainedBy: null,
    tierSince: createdAt,
    ...overrides,
  };
}

/** A commit with one event, and the memory as it stands after it. */
export interface Step {
  commit: Commit;
  record: MemoryRecord;
}

export interface StepOptions {
  at?: Instant;
  idempotency?: Commit['idempotency'];
  /** Beside the reason of an end. */
  about?: JsonObject;
}

const FIELDS = [
  ...(['agentId', 'userId', 'spaceId', 'visibility', 'key', 'type', 'content', 'confidence', 'priority'] as const),
  ...(['metadata', 'source', 'pinned', 'createdAt', 'expiresAt'] as const),
];

const fieldsOf = (record: MemoryRecord): MemoryFields =>
  Object.fromEntries(FIELDS.map((name) => [name, record[name]])) as unknown as MemoryFields;

/** Any event, sealed after `prevHash`: for streams that are not a memory's. */
export function anEvent(
  header: Partial<EventHeader> & Pick<EventHeader, 'tenantId' | 'streamId'>,
  payload: Payload | null = null,
  prevHash = GENESIS,
): LogEvent {
  return sealEvent(
    CHAIN_KEY,
    prevHash,
    {
      seq: 1,
      id: `evt_${randomUUID().replaceAll('-', '')}`,
      type: 'policy.set',
      schemaVersion: 1,
      at: NOON,
      actor: 'key:key_test',
      requestId: 'req_test',
      agentId: null,
      userId: null,
      spaceId: null,
      visibility: null,
      memoryType: null,
      tier: null,
      version: null,
      priority: null,
      confidence: null,
      data: {},
      ...header,
    },
    payload,
  );
}

function eventOf(
  tenantId: string,
  record: MemoryRecord,
  type: EventType,
  payload: Payload | null,
  data: JsonObject,
  at: Instant,
) {
  const { id: streamId, seq, agentId, userId, spaceId, visibility, type: memoryType } = record;
  const { tier, version, priority, confidence, headHash } = record;
  return anEvent(
    {
      tenantId,
      streamId,
      seq,
      type,
      at,
      agentId,
      userId,
      spaceId,
      visibility,
      memoryType,
      tier,
      version,
      priority,
      confidence,
      data,
    },
    payload,
    headHash,
  );
}

/** The row of a memory; content comes along where PostgreSQL has to learn it. */
export function rowOf(record: MemoryRecord, isNew: boolean, withContent = true): RowWrite {
  const { content, ...rest } = record;
  return { record: rest, content: withContent ? content : null, isNew };
}

interface Change {
  type: EventType;
  payload: Payload | null;
  data: JsonObject;
  withContent: boolean;
}

function step(tenantId: string, record: MemoryRecord, change: Change, { at = NOON, idempotency }: StepOptions): Step {
  const event = eventOf(tenantId, record, change.type, change.payload, change.data, at);
  const after = { ...record, headHash: event.hash };
  const rows = [rowOf(after, record.seq === 1, change.withContent)];
  return { record: after, commit: { tenantId, events: [event], rows, now: at, ...(idempotency && { idempotency }) } };
}

export function stored(tenantId: string, record: MemoryRecord, options: StepOptions = {}): Step {
  const data = { priority: record.priority, confidence: record.confidence, dual_stored: record.dualStored };
  const change = { type: 'memory.stored', payload: fieldsOf(record), data, withContent: true } as const;
  return step(tenantId, record, change, { at: record.createdAt, ...options });
}

export const storedCommit = (tenantId: string, record: MemoryRecord, options: StepOptions = {}): Commit =>
  stored(tenantId, record, options).commit;

/** `memory.updated` with these fields. */
export function updated(tenantId: string, before: MemoryRecord, fields: Payload, options: StepOptions = {}): Step {
  const { at = NOON } = options;
  const withContent = fields.content !== undefined;
  const seq = before.seq + 1;
  const contentSeq = withContent ? seq : before.contentSeq;
  const record = { ...before, ...fields, seq, contentSeq, version: before.version + 1, updatedAt: at };
  const change = {
    type: 'memory.updated',
    payload: fields,
    data: { fields: Object.keys(fields) },
    withContent,
  } as const;
  return step(tenantId, record, change, options);
}

/** `memory.tier_changed`; the row keeps its content, and learns it where it moves to warm. */
export function moved(
  tenantId: string,
  before: MemoryRecord,
  to: TierName,
  reason: MoveReason,
  options: StepOptions = {},
): Step {
  const record = { ...before, seq: before.seq + 1, tier: to, dualStored: false, tierSince: options.at ?? NOON };
  const data = { from: before.tier, to, reason };
  const change = { type: 'memory.tier_changed', payload: null, data, withContent: to === 'warm' } as const;
  return step(tenantId, record, change, options);
}

/** The end of a memory: its row goes, its payloads go. */
export function ended(
  tenantId: string,
  before: MemoryRecord,
  type: 'memory.expired' | 'memory.deleted' | 'memory.erased' = 'memory.deleted',
  { at = NOON, about = {} }: StepOptions = {},
): Step {
  const record = { ...before, seq: before.seq + 1 };
  const event = eventOf(tenantId, record, type, null, { reason: 'test', ...about }, at);
  return {
    record: { ...record, headHash: event.hash },
    commit: { tenantId, events: [event], ended: [record.id], now: at },
  };
}

/** Many commits as one. */
export function together(steps: readonly Step[], now: Instant = NOON): Commit {
  const tenantId = steps[0]?.commit.tenantId;
  if (tenantId === undefined) throw new Error('together() needs at least one step');
  return {
    tenantId,
    events: steps.flatMap(({ commit }) => commit.events),
    rows: steps.flatMap(({ commit }) => commit.rows ?? []),
    ended: steps.flatMap(({ commit }) => commit.ended ?? []),
    now,
  };
}
