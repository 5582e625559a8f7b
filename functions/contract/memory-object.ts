/** The memory as answers carry it, in the contract's names and order. */
import { MEMORY_TYPES } from '@auren/memory/model/memory.ts';
import * as z from 'zod/mini';
import { confidence, memoryId, priority, source, tier, visibility } from './fields.ts';

const instant = z.string().register(z.globalRegistry, { format: 'date-time' });

export const memoryObject = z.strictObject({
  id: memoryId,
  agent_id: z.string(),
  user_id: z.nullable(z.string()),
  space_id: z.nullable(z.string()),
  visibility,
  key: z.nullable(z.string()),
  type: z.enum(MEMORY_TYPES),
  content: z.record(z.string(), z.unknown()),
  confidence,
  priority,
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  source,
  tier,
  dual_stored: z.boolean(),
  pinned: z.boolean(),
  version: z.int(),
  created_at: instant,
  updated_at: instant,
  last_accessed_at: z.nullable(instant),
  access_count: z.int(),
  expires_at: z.nullable(instant),
});

export type MemoryObject = z.output<typeof memoryObject>;

export const EXAMPLE_MEMORY: MemoryObject = {
  id: 'mem_0199a4c2f1b87c3d9e0fa1b2c3d4e5f6',
  agent_id: 'neuroscientist',
  user_id: 'user_123',
  space_id: null,
  visibility: 'user',
  key: null,
  type: 'analysis',
  content: { summary: 'HRV rises when the evening walk comes before dinner' },
  confidence: 0.85,
  priority: 7.5,
  metadata: { session_id: 's1' },
  source: 'agent',
  tier: 'hot',
  dual_stored: false,
  pinned: false,
  version: 1,
  created_at: '2025-06-01T08:30:00.000Z',
  updated_at: '2025-06-01T08:30:00.000Z',
  last_accessed_at: null,
  access_count: 0,
  expires_at: null,
};
