/** What new values mean for a memory: only real changes count, a pin holds it hot, and a cold one that is changed comes warm. Pure. */
import { andThen, type ChangeContext, type Changed, movedTo, updated } from '../log/change.ts';
import type { Payload } from '../model/event.ts';
import { canonicalJson } from '../model/json.ts';
import type { MemoryRecord } from '../model/memory.ts';

/** The fields whose value really differs. */
export function differing(before: MemoryRecord, next: Payload): Payload {
  const differs = ([field, value]: [string, unknown]) =>
    value !== undefined && canonicalJson(value) !== canonicalJson(before[field as keyof Payload]);
  return Object.fromEntries(Object.entries(next).filter(differs)) as Payload;
}

/** No events where nothing differs. */
export function decideUpdate(context: ChangeContext, before: MemoryRecord, fields: Payload, reason?: string): Changed {
  if (Object.keys(fields).length === 0) return { events: [], record: before };
  const change = updated(context, before, fields, reason);
  if (change.record.pinned && before.tier !== 'hot') {
    return andThen(change, (record) => movedTo(context, record, 'hot', 'agent'));
  }
  return before.tier === 'cold' ? andThen(change, (record) => movedTo(context, record, 'warm', 'use')) : change;
}
