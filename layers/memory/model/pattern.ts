/** Patterns: groups of memories that say similar things, as discovery found them. */
import type { Instant } from '../clock.ts';
import type { MemoryFields, MemoryType, TierName } from './memory.ts';

export const MIN_CLUSTER_SIZE = 3;
export const MIN_SIMILARITY = 0.7;

/** Keys of memories that tell what a pattern says: this and the pattern's id. */
export const INSIGHT_KEY = 'pattern:';
export const PATTERN_ID = 'pat_';

/** A memory of a pattern, and how near it lies to the middle of it: a cosine, 0..1. */
export interface PatternMember {
  id: string;
  similarity: number;
}

/** With whom it belonged to at discovery: the words of a pattern are also of memories that were deleted since. */
export type SeenMember = PatternMember & Pick<MemoryFields, 'agentId' | 'visibility' | 'spaceId'>;

/** What a run looks at. Runs of one scope know each other's patterns again; another scope has patterns of its own. */
export interface PatternScope {
  /** The agent of a bound key; null reads the whole tenant. */
  reader: string | null;
  userId: string | null;
  agentId: string | null;
}

/** A pattern as it is kept, with the head of its stream. What can be told from its memories as they are now is not kept. */
export interface StoredPattern {
  id: string;
  scope: PatternScope;
  label: string;
  /** The words that set it apart, best first. */
  terms: string[];
  /** Most similar first. */
  members: SeenMember[];
  /** With fewer living members it is not shown. */
  minSize: number;
  /** When it was found with these members. */
  discoveredAt: Instant;
  seq: number;
  headHash: string;
}

export interface Pattern {
  id: string;
  label: string;
  terms: string[];
  size: number;
  /** Mean similarity of its memories. */
  cohesion: number;
  dominantType: MemoryType;
  averageConfidence: number;
  agents: string[];
  users: string[];
  /** Two or more agents, or two or more types. */
  crossDomain: boolean;
  memories: PatternMember[];
  discoveredAt: Instant;
}

/** A memory on the plane on which the vectors lie farthest apart; both axes go from -1 to 1. */
export interface MapPoint {
  memoryId: string;
  x: number;
  y: number;
  type: MemoryType;
  tier: TierName;
  /** The pattern that it is nearest to the middle of; null where none holds it. */
  patternId: string | null;
}
