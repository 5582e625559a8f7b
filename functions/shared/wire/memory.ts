/** A memory in the contract's names and order. Marks of the record (seq, hashes, holds) stay inside. */
import type { Memory } from '@auren/memory/memory.ts';
import type { MemoryObject } from '../../contract/memory-object.ts';

export const toWire = (memory: Memory): MemoryObject => ({
  id: memory.id,
  agent_id: memory.agentId,
  user_id: memory.userId,
  space_id: memory.spaceId,
  visibility: memory.visibility,
  key: memory.key,
  type: memory.type,
  content: memory.content,
  confidence: memory.confidence,
  priority: memory.priority,
  metadata: memory.metadata,
  source: memory.source,
  tier: memory.tier,
  dual_stored: memory.dualStored,
  pinned: memory.pinned,
  version: memory.version,
  created_at: memory.createdAt,
  updated_at: memory.updatedAt,
  last_accessed_at: memory.lastAccessedAt,
  access_count: memory.accessCount,
  expires_at: memory.expiresAt,
});
