/** Changes to a memory: what a use case decides, made into sealed events and the record after them. */
import { randomUUID } from 'node:crypto';
import type { Instant } from '../clock.ts';
import { actorOf, type Caller } from '../model/caller.ts';
import type { EventHeader, EventType, LogEvent, MoveReason, Payload } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Hold, MemoryFields, MemoryRecord, TierName } from '../model/memory.ts';
import { isDualStored, type PlacementRules, tierByAge } from '../policy/placement.ts';
import { GENESIS, sealEvent } from './chain.ts';
import { evolve } from './evolve.ts';
import type { RowWrite } from './port.ts';

export const SCHEMA_VERSION = 1;

/** What every change needs beside the memory: the chain's key, the placement rules, who asks, and now. */
export interface ChangeContext {
  chainKey: Buffer;
  rules: PlacementRules;
  tenantId: string;
  actor: string;
  requestId: string;
  now: Instant;
}

export const contextFor = (
  ports: { chainKey: Buffer; rules: PlacementRules },
  caller: Caller,
  now: Instant,
): ChangeContext => ({ ...ports, tenantId: caller.tenantId, actor: actorOf(caller), requestId: caller.requestId, now });

/** The events of one memory in a commit and the record after the last of them. */
export interface Changed {
  events: LogEvent[];
  record: MemoryRecord;
}

interface Step {
  type: EventType;
  payload: Payload | null;
  data: JsonObject;
  tier: TierName;
  version: number;
  priority: number;
  confidence: number;
}

function sealed(
  context: ChangeContext,
  id: string,
  head: { seq: number; hash: string },
  of: MemoryFields,
  step: Step,
): LogEvent {
  const header: EventHeader = {
    tenantId: context.tenantId,
    streamId: id,
    seq: head.seq + 1,
    id: randomUUID(),
    type: step.type,
    schemaVersion: SCHEMA_VERSION,
    at: context.now,
    actor: context.actor,
    requestId: context.requestId,
    agentId: of.agentId,
    userId: of.userId,
    spaceId: of.spaceId,
    visibility: of.visibility,
    memoryType: of.type,
    tier: step.tier,
    version: step.version,
    priority: step.priority,
    confidence: step.confidence,
    data: step.data,
  };
  return sealEvent(context.chainKey, head.hash, header, step.payload);
}

/** The first event of a memory; its age decides the tier. */
export function stored(context: ChangeContext, id: string, fields: MemoryFields): Changed {
  const tier = tierByAge(fields, context.now, context.rules);
  const { priority, confidence } = fields;
  const dual = isDualStored({ tier, priority, confidence }, context.rules);
  const data = { priority, confidence, dual_stored: dual };
  const step: Step = { type: 'memory.stored', payload: fields, data, tier, version: 1, priority, confidence };
  return advance(null, [sealed(context, id, { seq: 0, hash: GENESIS }, fields, step)]);
}

function advance(before: MemoryRecord | null, events: LogEvent[]): Changed {
  const record = events.reduce(evolve, before);
  if (record === null) throw new Error('a change must leave a memory behind');
  return { events, record };
}

function change(
  context: ChangeContext,
  before: MemoryRecord,
  fields: Payload,
  step: Partial<Step> & Pick<Step, 'type'>,
): LogEvent {
  const next = { ...before, ...fields };
  const tier = step.tier ?? before.tier;
  const data = { ...step.data, dual_stored: isDualStored({ ...next, tier }, context.rules) };
  return sealed(context, before.id, { seq: before.seq, hash: before.headHash }, next, {
    payload: null,
    version: before.version,
    priority: next.priority,
    confidence: next.confidence,
    ...step,
    tier,
    data,
  });
}

/** New values of fields: a new version. */
export function updated(context: ChangeContext, before: MemoryRecord, fields: Payload, reason?: string): Changed {
  const data = { fields: Object.keys(fields).map(wireName), ...(reason === undefined ? {} : { reason }) };
  return advance(before, [
    change(context, before, fields, { type: 'memory.updated', payload: fields, version: before.version + 1, data }),
  ]);
}

export function prioritized(context: ChangeContext, before: MemoryRecord, priority: number, reason?: string): Changed {
  const data = { from: before.priority, to: priority, ...(reason === undefined ? {} : { reason }) };
  return advance(before, [
    change(context, before, { priority }, { type: 'memory.prioritized', version: before.version + 1, data }),
  ]);
}

/** A move between tiers. `hold` keeps the memory where its agent put it. */
export function movedTo(
  context: ChangeContext,
  before: MemoryRecord,
  tier: TierName,
  reason: MoveReason,
  hold: Hold | null = null,
  note?: string,
): Changed {
  const data = { from: before.tier, to: tier, reason, hold, ...(note === undefined ? {} : { note }) };
  return advance(before, [change(context, before, {}, { type: 'memory.tier_changed', tier, data })]);
}

/** Marks a memory as retained by a standing policy, or no longer. */
export function retained(context: ChangeContext, before: MemoryRecord, policyId: string | null): Changed {
  return advance(before, [change(context, before, {}, { type: 'memory.retained', data: { policy_id: policyId } })]);
}

/** The last event of a memory, with what is said about its end; its commit names the id as ended. */
export function ended(
  context: ChangeContext,
  before: MemoryRecord,
  type: 'memory.deleted' | 'memory.expired' | 'memory.erased',
  reason: string | null,
  about: JsonObject = {},
): LogEvent {
  return sealed(context, before.id, { seq: before.seq, hash: before.headHash }, before, {
    type,
    payload: null,
    data: { reason, ...about },
    tier: before.tier,
    version: before.version,
    priority: before.priority,
    confidence: before.confidence,
  });
}

/** Two changes of one memory in one commit. */
export const andThen = (first: Changed, next: (record: MemoryRecord) => Changed): Changed => {
  const second = next(first.record);
  return { events: [...first.events, ...second.events], record: second.record };
};

/** An event on a stream that is no memory: a policy, a key, a space, a pattern. */
export function plainEvent(
  context: ChangeContext,
  streamId: string,
  head: { seq: number; hash: string } | null,
  event: Pick<EventHeader, 'type' | 'agentId' | 'data'> &
    Partial<Pick<EventHeader, 'userId' | 'spaceId' | 'visibility'>>,
): LogEvent {
  const header: EventHeader = {
    tenantId: context.tenantId,
    streamId,
    seq: (head?.seq ?? 0) + 1,
    id: randomUUID(),
    schemaVersion: SCHEMA_VERSION,
    at: context.now,
    actor: context.actor,
    requestId: context.requestId,
    userId: null,
    spaceId: null,
    visibility: null,
    memoryType: null,
    tier: null,
    version: null,
    priority: null,
    confidence: null,
    ...event,
  };
  return sealEvent(context.chainKey, head?.hash ?? GENESIS, header, null);
}

/** The catalog row that a change leaves; the content goes along only where the change brought a new one. */
export function rowOf({ events, record }: Changed): RowWrite {
  const { content, ...rest } = record;
  const brought = events.some((event) => event.seq === record.contentSeq);
  return { record: rest, content: brought ? content : null, isNew: events[0]?.seq === 1 };
}

const wireName = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
