/** The catalog brought to what the log says: each row to the exact state, or away. A row that a later event has changed is left alone. */
import type { MemoryRecord } from '../model/memory.ts';
import type { RetentionPolicy } from '../policy/retention-policy.ts';
import type { StoredSpace } from '../spaces/port.ts';
import type { CatalogRow } from './port.ts';

/** With the place of its event in its stream. */
export interface StandingPolicy {
  agentId: string;
  seq: number;
  policy: RetentionPolicy;
}

export interface CatalogRepair {
  /** Rows as they are, expired or not; content is the warm copy alone. */
  rows(tenantId: string, ids: readonly string[]): Promise<CatalogRow[]>;
  /** Ids of rows after `afterId`, in order. */
  ids(tenantId: string, afterId: string | null, limit: number): Promise<string[]>;
  count(tenantId: string): Promise<number>;
  /** Makes these rows what the records say, with their words and warm copies. Answers how many were different or missing. */
  restore(tenantId: string, records: readonly MemoryRecord[]): Promise<number>;
  /** Ids among these whose stream has ended or is not there. */
  ended(tenantId: string, ids: readonly string[]): Promise<string[]>;
  /** Takes their rows out. Answers how many. */
  removeEnded(tenantId: string, ids: readonly string[]): Promise<number>;
  /** Adds and corrects spaces with their members. Answers how many were different or missing. */
  restoreSpaces(tenantId: string, spaces: readonly StoredSpace[]): Promise<number>;
  /** Takes out the spaces that are not among these ids. Answers how many. */
  removeSpaces(tenantId: string, keep: readonly string[]): Promise<number>;
  /** Makes the standing policies exactly these. Answers how many were different, missing or too many. */
  restorePolicies(tenantId: string, policies: readonly StandingPolicy[]): Promise<number>;
}
