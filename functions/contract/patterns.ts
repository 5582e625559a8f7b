/** Patterns: groups of similar memories, found, listed, and drawn on a map. */
import { MEMORY_TYPES, TIERS } from '@auren/memory/model/memory.ts';
import { MIN_CLUSTER_SIZE, MIN_SIMILARITY } from '@auren/memory/model/pattern.ts';
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { cursor, limit, name, nameOrNull, nextCursor } from './fields.ts';

/** A page must fit into an answer: 50 patterns of 1,000 memories are 3.5 MB. */
const PATTERNS_LIMIT_MAX = 50;
const CLUSTER_SIZE_MAX = 1_000;

const share = z.number().check(z.gte(0), z.lte(1));

const patternObject = z.strictObject({
  id: z.string(),
  label: z.string(),
  terms: z.array(z.string()),
  size: z.int(),
  cohesion: share,
  dominant_type: z.enum(MEMORY_TYPES),
  average_confidence: share,
  agents: z.array(z.string()),
  users: z.array(z.string()),
  cross_domain: z.boolean(),
  memories: z.array(z.strictObject({ id: z.string(), similarity: share })),
  discovered_at: z.string(),
});

export const findPatterns = contract('find-patterns', {
  body: z.strictObject({
    user_id: nameOrNull,
    agent_id: nameOrNull,
    min_cluster_size: z._default(z.int().check(z.gte(2), z.lte(CLUSTER_SIZE_MAX)), MIN_CLUSTER_SIZE),
    min_similarity: z._default(share, MIN_SIMILARITY),
    store_insights: z._default(z.boolean(), false),
  }),
  answer: z.strictObject({ patterns: z.array(patternObject) }),
  status: 200,
  description:
    'Looks at the newest 2,000 memories that the key may read, of one user or agent where the body names them, as far as they are indexed. `similarity` is the cosine of a memory to the middle of its pattern; none is below `min_similarity`. What is found again keeps its id; what is no longer found leaves the list. A key bound to an agent, a user and an agent named each make a scope with patterns of its own. `store_insights`, which needs the scope memories:write, keeps each pattern as a memory of type insight.',
});

export const listPatterns = contract('list-patterns', {
  query: z.strictObject({
    user_id: z.optional(name),
    agent_id: z.optional(name),
    limit: limit(PATTERNS_LIMIT_MAX, 20),
    cursor,
  }),
  answer: z.strictObject({ patterns: z.array(patternObject), next_cursor: nextCursor }),
  status: 200,
  description:
    'The newest first, those of which the key may read every memory. `user_id` and `agent_id` keep to patterns that hold a memory of theirs. `memories` stops at 1,000; `size` counts all.',
});

export const getMap = contract('get-map', {
  query: z.strictObject({ user_id: z.optional(name), agent_id: z.optional(name) }),
  answer: z.strictObject({
    points: z.array(
      z.strictObject({
        memory_id: z.string(),
        x: z.number().check(z.gte(-1), z.lte(1)),
        y: z.number().check(z.gte(-1), z.lte(1)),
        type: z.enum(MEMORY_TYPES),
        tier: z.enum(TIERS),
        pattern_id: z.nullable(z.string()),
      }),
    ),
  }),
  status: 200,
  description:
    'The newest 2,000 memories that the key may read and that are indexed, on a plane by principal component analysis of their vectors.',
});
