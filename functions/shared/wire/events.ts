/** Events: the filter from the wire, the envelope back. Payloads stay inside; a history adds what changed. */
import type { EventFilter, History, HistoryEvent } from '@auren/memory/memory.ts';
import type { EphemeralEvent, EventHeader, PlacedEvent } from '@auren/memory/model/event.ts';
import type { EventObject, WireEventsQuery } from '../../contract/events.ts';
import { PAGE_BYTES_MAX } from '../reply.ts';
import { defined } from './defined.ts';

/** A filter over HTTP, or the feed's, which may name live-only events as well. */
type WireFilter = Omit<WireEventsQuery, 'after' | 'before' | 'order' | 'limit' | 'events'> & {
  events?: EventFilter['events'];
};

export const toFilter = (query: WireFilter): EventFilter =>
  defined({
    agentIds: query.agent_ids,
    userIds: query.user_ids,
    spaceIds: query.space_ids,
    memoryIds: query.memory_ids,
    types: query.types,
    tiers: query.tiers,
    events: query.events,
    minPriority: query.min_priority,
    minConfidence: query.min_confidence,
  });

const isMemory = (streamId: string) => streamId.startsWith('mem_');

export const toEnvelope = (event: EventHeader | EphemeralEvent, cursor: string | null): EventObject => ({
  id: event.id,
  cursor,
  seq: event.seq,
  type: event.type,
  at: event.at,
  actor: event.actor,
  request_id: event.requestId,
  agent_id: event.agentId,
  user_id: event.userId,
  space_id: event.spaceId,
  memory_id: isMemory(event.streamId) ? event.streamId : null,
  memory_type: event.memoryType,
  tier: event.tier,
  version: event.version,
  data: event.data,
});

export const toEvent = (event: PlacedEvent): EventObject => toEnvelope(event, event.cursor);

export const snakeCase = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Fields under the names that the memory has on the wire: `expires_at`, not `expiresAt`. */
const toChanges = ({ changes }: HistoryEvent) =>
  changes && Object.fromEntries(Object.entries(changes).map(([field, change]) => [snakeCase(field), change]));

const toHistoryEvent = (event: HistoryEvent) => ({
  ...toEnvelope(event, null),
  changes: toChanges(event),
  hash: event.hash,
});

/** A long life of large changes outgrows an answer: then the newest events that fit, marked `truncated`. */
export function toHistory({ events, verified }: History, bytesMax = PAGE_BYTES_MAX) {
  const kept: ReturnType<typeof toHistoryEvent>[] = [];
  let bytes = 0;
  for (const event of events.toReversed()) {
    const wire = toHistoryEvent(event);
    bytes += Buffer.byteLength(JSON.stringify(wire)) + 1;
    if (bytes > bytesMax) break;
    kept.push(wire);
  }
  const truncated = kept.length < events.length;
  return { events: kept.reverse(), verified, ...(truncated ? { truncated } : {}) };
}
