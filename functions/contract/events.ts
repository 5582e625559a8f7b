/** The log as callers see it: in order over everything, and of one memory. */
import { EPHEMERAL_TYPES, type EphemeralType, EVENT_TYPES, type EventType } from '@auren/memory/model/event.ts';
import { MEMORY_TYPES } from '@auren/memory/model/memory.ts';
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import {
  cursor,
  limit,
  listParameter,
  memoryId,
  memoryType,
  name,
  nextCursor,
  numberParameter,
  tier,
} from './fields.ts';

export const EVENTS_LIMIT_MAX = 1_000;

type Family = `${string}.*`;
const FAMILIES = [...new Set(EVENT_TYPES.map((type): Family => `${type.slice(0, type.indexOf('.'))}.*`))];

const names = <N extends string>(types: readonly N[]) =>
  z.enum([...types, ...FAMILIES] as [N | Family, ...(N | Family)[]]);

const eventName = names(EVENT_TYPES);
/** The feed's own: the log has no live-only events. */
export const feedEventName = names<EventType | EphemeralType>([...EVENT_TYPES, ...EPHEMERAL_TYPES]);

export const eventObject = z.strictObject({
  id: z.string(),
  cursor: z.nullable(z.string()),
  seq: z.int(),
  type: z.string(),
  at: z.string(),
  actor: z.string(),
  request_id: z.string(),
  agent_id: z.nullable(z.string()),
  user_id: z.nullable(z.string()),
  space_id: z.nullable(z.string()),
  memory_id: z.nullable(memoryId),
  memory_type: z.nullable(z.enum(MEMORY_TYPES)),
  tier: z.nullable(tier),
  version: z.nullable(z.int()),
  data: z.record(z.string(), z.unknown()),
});
export type EventObject = z.output<typeof eventObject>;

const historyEvent = z.strictObject({
  ...eventObject.shape,
  changes: z.nullable(z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }))),
  hash: z.string(),
});

export const memoryHistory = contract('memory-history', {
  path: z.strictObject({ id: memoryId }),
  answer: z.strictObject({
    events: z.array(historyEvent),
    verified: z.boolean(),
    truncated: z.optional(z.literal(true)),
  }),
  status: 200,
  errors: ['not_found'],
  description:
    '`verified`: the hash chain holds from the first event to the last. `changes` is null where the content was deleted. An answer beyond 4 MB keeps the newest events and says `truncated: true`.',
});

const LISTS = ['agent_ids', 'user_ids', 'space_ids', 'memory_ids', 'types', 'tiers', 'events'] as const;

const eventsQuery = z
  .strictObject({
    after: cursor,
    before: cursor,
    order: z._default(z.enum(['asc', 'desc']), 'asc'),
    limit: limit(EVENTS_LIMIT_MAX, 100),
    agent_ids: listParameter(name),
    user_ids: listParameter(name),
    space_ids: listParameter(name),
    memory_ids: listParameter(memoryId),
    types: listParameter(memoryType),
    tiers: listParameter(tier),
    events: listParameter(eventName),
    min_priority: z.optional(numberParameter(0, 10)),
    min_confidence: z.optional(numberParameter(0, 1)),
  })
  .check(({ value, issues }) => {
    if (value.after !== undefined && value.before !== undefined) {
      issues.push({ code: 'custom', path: ['before'], message: 'cannot be combined with after', input: value.before });
    }
  });
export type WireEventsQuery = z.output<typeof eventsQuery>;

export const listEvents = contract('list-events', {
  query: eventsQuery,
  lists: LISTS,
  answer: z.strictObject({ events: z.array(eventObject), next_cursor: nextCursor }),
  status: 200,
  description:
    'Lists are separated by commas or repeated. `events` takes exact types or families such as `memory.*`; live-only events are not in the log. Absent or empty means all.',
});
