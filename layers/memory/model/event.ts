/** Events: the entries of the log. The header and `data` are public; `payload` alone holds content. */
import type { Instant } from '../clock.ts';
import type { JsonObject } from './json.ts';
import type { MemoryFields, MemoryType, TierName, Visibility } from './memory.ts';

export const EVENT_TYPES = [
  'memory.stored',
  'memory.updated',
  'memory.prioritized',
  'memory.tier_changed',
  'memory.retained',
  'memory.expired',
  'memory.deleted',
  'memory.erased',
  'policy.set',
  'policy.cleared',
  'space.created',
  'space.deleted',
  'space.member_set',
  'space.member_removed',
  'key.created',
  'key.revoked',
  'pattern.discovered',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** These end a stream: the memory is in no tier afterwards and its payloads are gone. */
export const ENDING_EVENTS = ['memory.expired', 'memory.deleted', 'memory.erased'] as const satisfies EventType[];

/** Of the live feed alone: never in the log, and nobody who was away gets them later. */
export const EPHEMERAL_TYPES = ['memory.retrieved', 'memory.searched', 'metrics'] as const;
export type EphemeralType = (typeof EPHEMERAL_TYPES)[number];

export const isEnding = ({ type }: { type: EventType }): boolean => ENDING_EVENTS.some((ending) => ending === type);

export const MOVE_REASONS = ['age', 'pressure', 'policy', 'agent', 'use', 'prediction', 'repair'] as const;
export type MoveReason = (typeof MOVE_REASONS)[number];

/** The fields that an event sets: all of them in `memory.stored`, the changed ones later. */
export type Payload = Partial<MemoryFields>;

export interface EventHeader {
  tenantId: string;
  /** A memory id, or `policy:<agent>`, `space:<id>`, `key:<id>`, `pattern:<id>`. */
  streamId: string;
  /** 1, 2, 3 ... without a gap within its stream. */
  seq: number;
  id: string;
  type: EventType;
  schemaVersion: number;
  at: Instant;
  /** Who did it: `agent:<id>`, `key:<id>` or `system:<function>`. */
  actor: string;
  requestId: string;
  agentId: string | null;
  userId: string | null;
  spaceId: string | null;
  visibility: Visibility | null;
  memoryType: MemoryType | null;
  tier: TierName | null;
  version: number | null;
  priority: number | null;
  confidence: number | null;
  data: JsonObject;
}

export interface LogEvent extends EventHeader {
  /** Null where the event carries none, or where a delete or an erasure took it. */
  payload: Payload | null;
  /** 16 random bytes in hex, gone with the payload. */
  salt: string | null;
  payloadHash: string;
  prevHash: string;
  hash: string;
}

/** An event as read back in order, with the cursor that stands right after it. */
export interface PlacedEvent extends LogEvent {
  cursor: string;
}

/** What is told and not kept. Named by an empty stream where it is of no memory; its seq is 0. */
export interface EphemeralEvent extends Omit<EventHeader, 'tenantId' | 'type' | 'schemaVersion'> {
  type: EphemeralType;
}
