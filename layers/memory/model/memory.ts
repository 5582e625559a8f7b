/** A memory: what an agent stored, and the record of it that the tiers and the catalog carry. */
import type { Instant } from '../clock.ts';
import type { JsonObject } from './json.ts';

export const MEMORY_TYPES = [
  'fact',
  'analysis',
  'recommendation',
  'hypothesis',
  'insight',
  'conversation',
  'decision',
  'knowledge',
] as const;
export type MemoryType = (typeof MEMORY_TYPES)[number];

export const TIERS = ['hot', 'warm', 'cold'] as const;
export type TierName = (typeof TIERS)[number];

export const VISIBILITIES = ['agent', 'user', 'space'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export const SOURCES = ['user', 'agent', 'tool', 'import', 'web'] as const;
export type Source = (typeof SOURCES)[number];

export type Metadata = Record<string, string | number | boolean>;

/** What the holder of a memory may set, and what the log's payloads carry. */
export interface MemoryFields {
  agentId: string;
  userId: string | null;
  spaceId: string | null;
  visibility: Visibility;
  key: string | null;
  type: MemoryType;
  content: JsonObject;
  /** 0..1 */
  confidence: number;
  /** 0..10 */
  priority: number;
  metadata: Metadata;
  source: Source;
  pinned: boolean;
  createdAt: Instant;
  expiresAt: Instant | null;
}

export interface Memory extends MemoryFields {
  id: string;
  tier: TierName;
  dualStored: boolean;
  /** Counts meaningful changes; moves, retention marks and reads leave it. */
  version: number;
  updatedAt: Instant;
  lastAccessedAt: Instant | null;
  accessCount: number;
}

/** An agent asked for less than its age gives: kept until promote, pin or use clears it. */
export type Hold = 'demoted' | 'archived';

/** A memory with the marks by which log, catalog and tiers agree on it. */
export interface MemoryRecord extends Memory {
  /** Position of its last event in its stream; guards every copy. */
  seq: number;
  /** Chain hash of that event: the `prevHash` of the next. */
  headHash: string;
  /** The event whose payload holds the present content. */
  contentSeq: number;
  hold: Hold | null;
  /** The standing policy that retains it, if one does. */
  retainedBy: string | null;
  /** When the tier last changed; use counts from here. */
  tierSince: Instant;
}

export const subjectOfUser = (userId: string): string => `user:${userId}`;

/** The subject whose key seals a memory's content, and whose erasure takes it: the person, else the agent. */
export const subjectOf = (of: Pick<MemoryFields, 'userId' | 'agentId'>): string =>
  of.userId === null ? `agent:${of.agentId}` : subjectOfUser(of.userId);
