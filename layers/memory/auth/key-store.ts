/** API keys of a tenant as its admins see them; resolving a presented key is the port beside this one. */

import type { Page } from '../catalog/port.ts';
import type { ApiKeyRow } from '../log/port.ts';
import type { ApiKeyRecord, ApiKeys } from './port.ts';

/** With the head of its stream, for the next event of it. */
export type StoredApiKey = ApiKeyRow & { seq: number; headHash: string };

export interface ApiKeyStore extends ApiKeys {
  find(tenantId: string, id: string): Promise<StoredApiKey | null>;
  list(tenantId: string, page: { limit: number; cursor?: string }): Promise<Page<ApiKeyRow>>;
  /** What these keys may do now; those that do not exist are absent. */
  current(tenantId: string, ids: readonly string[]): Promise<ApiKeyRecord[]>;
  /** Hashes of the keys bound to these agents that were not revoked. */
  hashesOf(tenantId: string, agentIds: readonly string[]): Promise<string[]>;
  /** Makes a tenant known; false where it was already. */
  addTenant(tenantId: string): Promise<boolean>;
}
