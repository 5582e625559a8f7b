/** Patterns as discovery keeps them. The log's commits write them. */
import type { Page } from '../catalog/port.ts';
import type { Instant } from '../clock.ts';
import type { Caller } from '../model/caller.ts';
import type { PatternScope, StoredPattern } from '../model/pattern.ts';

export interface PatternQuery {
  /** Those that hold a memory of this user, or of this agent. */
  userId?: string;
  agentId?: string;
  /** Among these alone. */
  ids?: readonly string[];
  limit: number;
  cursor?: string;
}

export interface Patterns {
  /** All of one scope. */
  ofScope(tenantId: string, scope: PatternScope): Promise<StoredPattern[]>;
  /**
   * The newest first: those of which the caller could read every memory when they were found, can read every one that is left, and of
   * which enough are left.
   */
  list(caller: Caller, query: PatternQuery, now: Instant): Promise<Page<StoredPattern>>;
}
