/** Replays a memory's stream: an event on a state gives the next state. The one place that says what an event means. Pure. */
import type { LogEvent } from '../model/event.ts';
import type { Hold, MemoryFields, MemoryRecord } from '../model/memory.ts';

/** The state after an event; null once the memory has ended, or where its beginning was deleted. */
export function evolve(before: MemoryRecord | null, event: LogEvent): MemoryRecord | null {
  switch (event.type) {
    case 'memory.stored':
      return event.payload === null ? null : stored(event, event.payload as MemoryFields);
    case 'memory.updated':
      return before && after(before, event, event.payload ?? {});
    case 'memory.prioritized':
      return before && after(before, event, { priority: event.priority ?? before.priority });
    case 'memory.tier_changed':
      return before && moved(before, event);
    case 'memory.retained':
      return before && { ...after(before, event, {}), retainedBy: event.data.policy_id as string | null };
    default:
      return null;
  }
}

/** The state after a whole stream, or after its events up to some point. */
export const replay = (events: readonly LogEvent[]): MemoryRecord | null =>
  events.reduce<MemoryRecord | null>(evolve, null);

const stored = (event: LogEvent, fields: MemoryFields): MemoryRecord => ({
  ...fields,
  id: event.streamId,
  tier: event.tier ?? 'hot',
  dualStored: event.data.dual_stored === true,
  version: 1,
  updatedAt: event.at,
  lastAccessedAt: null,
  accessCount: 0,
  seq: event.seq,
  headHash: event.hash,
  contentSeq: event.seq,
  hold: null,
  retainedBy: null,
  tierSince: event.at,
});

function after(before: MemoryRecord, event: LogEvent, fields: Partial<MemoryFields>): MemoryRecord {
  const version = event.version ?? before.version;
  return {
    ...before,
    ...fields,
    version,
    updatedAt: version === before.version ? before.updatedAt : event.at,
    dualStored: (event.data.dual_stored as boolean | undefined) ?? before.dualStored,
    seq: event.seq,
    headHash: event.hash,
    contentSeq: fields.content === undefined ? before.contentSeq : event.seq,
  };
}

const moved = (before: MemoryRecord, event: LogEvent): MemoryRecord => ({
  ...after(before, event, {}),
  tier: event.tier ?? before.tier,
  tierSince: event.at,
  hold: (event.data.hold ?? null) as Hold | null,
});
