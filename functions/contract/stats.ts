/** Counts, tiers and health of the memory, of the whole tenant or of one agent or user. */
import { MEMORY_TYPES } from '@auren/memory/model/memory.ts';
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { cursor, limit, name, nextCursor } from './fields.ts';

const AGENTS_LIMIT_MAX = 200;

const counts = z.record(z.string(), z.number());
const tiers = z.strictObject({ hot: z.int(), warm: z.int(), cold: z.int() });
const quantiles = z.looseObject({ p50: z.number(), p99: z.number() });

/** Grows with the product: every part beyond the counts may be absent. */
const statsObject = z.looseObject({
  total_memories: z.int(),
  tier_distribution: tiers,
  dual_stored: z.int(),
  pinned: z.int(),
  by_type: counts,
  by_agent: counts,
  hot: z.optional(z.looseObject({ count: z.int(), capacity: z.int(), pressure: z.number(), used_bytes: z.number() })),
  warm: z.optional(z.looseObject({ count: z.int(), bytes: z.number() })),
  cold: z.optional(z.looseObject({ count: z.int(), bytes: z.number() })),
  flow: z.optional(counts),
  access_patterns: z.optional(
    z.array(
      z.strictObject({ user_id: z.nullable(z.string()), type: z.enum(MEMORY_TYPES), hour: z.int(), count: z.int() }),
    ),
  ),
  prediction: z.optional(z.strictObject({ warmed: z.int(), hit_rate: z.nullable(z.number()) })),
  /** `complete` false: Chroma lost it, or the model was changed. Null where Chroma does not answer. */
  index: z.optional(z.looseObject({ pending: z.int(), complete: z.nullable(z.boolean()), model: z.string() })),
  feed: z.optional(
    z.looseObject({
      connected: z.boolean(),
      events_processed: z.int(),
      events_dropped: z.int(),
      queue_size: z.int(),
      active_connections: z.int(),
      subscriptions: z.int(),
      lag_ms: z.looseObject({ p50: z.nullable(z.number()), p99: z.nullable(z.number()) }),
    }),
  ),
  latency: z.optional(z.record(z.string(), quantiles)),
});

export const getStats = contract('get-stats', {
  query: z.strictObject({ user_id: z.optional(name) }),
  answer: statsObject,
  status: 200,
  description:
    'A dual-stored memory counts once; `flow` is of the last 24 hours. `access_patterns` counts uses by person, type and hour of the day (UTC) as of the last sweep, the highest 1,000 first; a key that is bound to an agent sees those of its own memories alone. `prediction` is of the last 30 days: memories warmed in advance, and the share used within seven days of it among those that are decided. `index.complete` is false where there is none of this model any more: then searches are `degraded` until `npm run rebuild`. `feed` is the live feed of the whole tenant: events that it has handed out (of two hours) and passed over, those that wait, and the milliseconds from event to post.',
});

export const getAgentStats = contract('get-agent-stats', {
  path: z.strictObject({ agent_id: name }),
  answer: statsObject,
  status: 200,
  description: "The same, over that agent's memories; `access_patterns` is empty for the key of another agent.",
});

export const listAgents = contract('list-agents', {
  query: z.strictObject({ limit: limit(AGENTS_LIMIT_MAX, 50), cursor }),
  answer: z.strictObject({
    agents: z.array(
      z.strictObject({
        id: z.string(),
        total_memories: z.int(),
        tier_distribution: tiers,
        last_active_at: z.nullable(z.string()),
      }),
    ),
    next_cursor: nextCursor,
  }),
  status: 200,
});
