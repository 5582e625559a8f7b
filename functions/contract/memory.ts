/** Storing, changing and deleting memories. */
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import {
  confidence,
  memoryId,
  memoryType,
  name,
  nameOrNull,
  priority,
  reason,
  source,
  time,
  ttlSeconds,
  visibility,
} from './fields.ts';
import { memoryObject } from './memory-object.ts';
import { content, metadata, metadataPatch } from './metadata.ts';

export const BATCH_MEMORIES_MAX = 500;

const path = z.strictObject({ id: memoryId });

export const memoryDraft = z
  .strictObject({
    agent_id: z.optional(name),
    user_id: nameOrNull,
    space_id: nameOrNull,
    visibility: z.optional(visibility),
    key: nameOrNull,
    type: memoryType,
    content,
    confidence: z.optional(confidence),
    priority: z.optional(priority),
    metadata: z.optional(metadata),
    source: z.optional(source),
    pinned: z.optional(z.boolean()),
    created_at: z.optional(time),
    ttl_seconds: z.optional(ttlSeconds),
  })
  .check(({ value, issues }) => {
    const fault = (message: string) =>
      issues.push({ code: 'custom', path: ['visibility'], message, input: value.visibility });
    if (value.visibility === 'space' && (value.space_id ?? null) === null) fault('"space" needs a space_id');
    if (value.visibility === 'user' && (value.user_id ?? null) === null) fault('"user" needs a user_id');
  });
export type WireDraft = z.output<typeof memoryDraft>;

const REQUIRED_NOTE =
  '`agent_id` is required unless the key is bound to an agent. Defaults: confidence 0.7, priority 5. `created_at` must not lie in the future; it decides the first tier.';

export const storeMemory = contract('store-memory', {
  body: memoryDraft,
  agentIn: 'body',
  answer: memoryObject,
  status: 201,
  alsoStatus: { 200: 'The `key` named an existing memory, which was replaced.' },
  answerHeaders: ['ETag', 'X-Memory-Tier'],
  errors: ['conflict'],
  description: REQUIRED_NOTE,
});

export const storeBatch = contract('store-batch', {
  body: z.strictObject({
    memories: z.array(memoryDraft).check(z.minLength(1), z.maxLength(BATCH_MEMORIES_MAX)),
  }),
  agentIn: 'memories',
  answer: z.strictObject({ memories: z.array(memoryObject) }),
  status: 201,
  errors: ['conflict'],
  description: `All or nothing; a fault names its item by index. ${REQUIRED_NOTE}`,
});

export const memoryPatch = z
  .strictObject({
    content: z.optional(content),
    metadata: z.optional(metadataPatch),
    priority: z.optional(priority),
    confidence: z.optional(confidence),
    type: z.optional(memoryType),
    pinned: z.optional(z.boolean()),
    visibility: z.optional(visibility),
    space_id: nameOrNull,
    ttl_seconds: z.optional(z.nullable(ttlSeconds)),
    reason,
  })
  .check(({ value, issues }) => {
    const { reason: _, ...changes } = value;
    if (Object.keys(changes).length === 0) {
      issues.push({ code: 'custom', path: [], message: 'must name at least one field to change', input: value });
    }
    if (value.visibility === 'space' && value.space_id === null) {
      issues.push({ code: 'custom', path: ['visibility'], message: '"space" needs a space_id', input: value });
    }
  });
export type WirePatch = z.output<typeof memoryPatch>;

export const updateMemory = contract('update-memory', {
  path,
  body: memoryPatch,
  ifMatch: true,
  answer: memoryObject,
  status: 200,
  answerHeaders: ['ETag', 'X-Memory-Tier'],
  errors: ['not_found', 'not_owner', 'stale_version', 'conflict'],
  description:
    '`content` is replaced whole, `metadata` is merged by key (null removes), `ttl_seconds` null clears the expiry. Without `If-Match` the update retries on conflict.',
});

export const deleteMemory = contract('delete-memory', {
  path,
  query: z.strictObject({ reason }),
  answer: null,
  status: 204,
  errors: ['not_found', 'not_owner', 'conflict'],
  description: 'Later reads answer 404; the history keeps the event, not the content.',
});
