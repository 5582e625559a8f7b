/** Spaces as they stand, always asked anew: what a key check remembers of them is up to a minute old. The log's commits write them. */
import type { CatalogRow, Page } from '../catalog/port.ts';
import type { Instant } from '../clock.ts';
import type { Space } from '../model/space.ts';

/** With the head of its stream, for the next event of it. */
export type StoredSpace = Space & { seq: number; headHash: string };

export interface Spaces {
  find(tenantId: string, id: string): Promise<StoredSpace | null>;
  /** In the order of their ids; with `agentId` only those that it is a member of. */
  list(tenantId: string, page: { agentId: string | null; limit: number; cursor?: string }): Promise<Page<Space>>;
  /** How many spaces each of these agents is in; one that is in none may be missing. */
  countsOf(tenantId: string, agentIds: readonly string[]): Promise<Map<string, number>>;
  /** Memories of the space whose time is over and which nobody has swept yet, without content: they still hold the space. */
  expiredIn(tenantId: string, id: string, now: Instant, limit: number): Promise<CatalogRow[]>;
}
