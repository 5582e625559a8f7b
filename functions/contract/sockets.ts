/** The live feed: tickets over HTTP, and the frames that a client sends. */
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { feedEventName } from './events.ts';
import { confidence, cursorText, memoryId, memoryType, name, priority, tier } from './fields.ts';

export const createTicket = contract('create-ticket', {
  answer: z.strictObject({ ticket: z.string(), expires_at: z.string() }),
  status: 201,
  description:
    'For a browser, which cannot send a header with a WebSocket: connect with the subprotocols `auren.v1` and `ticket.<ticket>`. It works once, within 60 seconds.',
});

const VALUES_MAX = 100;
const LAST_MAX = 1_000;

const list = <S extends z.ZodMiniType>(item: S) => z.optional(z.array(item).check(z.maxLength(VALUES_MAX)));

/** The filter of `GET /v1/events`, as JSON. */
const filter = z.strictObject({
  agent_ids: list(name),
  user_ids: list(name),
  space_ids: list(name),
  memory_ids: list(memoryId),
  types: list(memoryType),
  tiers: list(tier),
  events: list(feedEventName),
  min_priority: z.optional(priority),
  min_confidence: z.optional(confidence),
});

const subscribe = z
  .strictObject({
    action: z.literal('subscribe'),
    id: z.optional(name),
    filter: z._default(filter, {}),
    after: z.optional(cursorText),
    last: z.optional(z.int().check(z.gte(0), z.lte(LAST_MAX))),
  })
  .check(({ value, issues }) => {
    if (value.after !== undefined && value.last !== undefined) {
      issues.push({ code: 'custom', path: ['last'], message: 'cannot be combined with after', input: value.last });
    }
  });

export const clientFrame = z.discriminatedUnion('action', [
  subscribe,
  z.strictObject({ action: z.literal('resume'), after: cursorText }),
  z.strictObject({ action: z.literal('unsubscribe') }),
  z.strictObject({ action: z.literal('ping') }),
]);
export type ClientFrame = z.output<typeof clientFrame>;
