/** Reading memories by id and by their fields. */
import { LIST_ORDERS } from '@auren/memory/catalog/port.ts';
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { booleanParameter, cursor, limit, memoryId, memoryType, name, nextCursor, tier, time } from './fields.ts';
import { memoryObject } from './memory-object.ts';
import { metadata } from './metadata.ts';

export const GET_IDS_MAX = 500;
export const LIST_LIMIT_MAX = 200;
export const RELATED_LIMIT_MAX = 50;

const path = z.strictObject({ id: memoryId });

export const retrieveMemory = contract('retrieve-memory', {
  path,
  query: z.strictObject({ as_of: z.optional(time) }),
  answer: memoryObject,
  status: 200,
  answerHeaders: ['ETag', 'X-Memory-Tier'],
  countsUses: true,
  errors: ['not_found'],
  description: '`as_of` gives the memory as it was recorded then. A retrieval counts as a use.',
});

export const getMemories = contract('get-memories', {
  body: z.strictObject({ ids: z.array(memoryId).check(z.minLength(1), z.maxLength(GET_IDS_MAX)) }),
  answer: z.strictObject({
    memories: z.array(memoryObject),
    missing: z.array(z.string()),
    remaining: z.array(z.string()),
  }),
  status: 200,
  countsUses: true,
  description: '`remaining` are ids that did not fit into an answer of 4 MB: ask for them again.',
});

export const listMemories = contract('list-memories', {
  query: z.strictObject({
    user_id: z.optional(name),
    agent_id: z.optional(name),
    space_id: z.optional(name),
    key: z.optional(name),
    type: z.optional(memoryType),
    tier: z.optional(tier),
    metadata: z.optional(metadata),
    created_after: z.optional(time),
    created_before: z.optional(time),
    as_of: z.optional(time),
    order: z._default(z.enum(LIST_ORDERS), '-created_at'),
    limit: limit(LIST_LIMIT_MAX, 50),
    cursor,
  }),
  answer: z.strictObject({ memories: z.array(memoryObject), next_cursor: nextCursor }),
  status: 200,
  description:
    'Filters by metadata are parameters `metadata.<key>=<value>`; `true`, `false` and numbers are taken as such, `"3"` in quotes is the string. `as_of` lists what was recorded then and is still there and yours to read: tier, version and order are of then, uses are not known and stand at 0.',
});

export const relatedMemories = contract('related-memories', {
  path,
  query: z.strictObject({
    limit: limit(RELATED_LIMIT_MAX, 10),
    cross_user: z._default(booleanParameter, false),
  }),
  answer: z.strictObject({
    results: z.array(z.strictObject({ memory: memoryObject, score: z.number().check(z.gte(0), z.lte(1)) })),
  }),
  status: 200,
  errors: ['not_found'],
});

export const memoryRetention = contract('memory-retention', {
  path,
  answer: z.strictObject({
    score: z.number(),
    parts: z.record(z.string(), z.number()),
    points: z.array(z.strictObject({ at: z.string(), score: z.number() })),
  }),
  status: 200,
  errors: ['not_found'],
  description: '`points` show how the score fades if the memory is not used.',
});
