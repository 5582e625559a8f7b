/** Where a subscription begins: now, after a cursor as far as history reaches, or with the newest events that it matches. */

import { epochOf, isBefore, placeOf, rightBefore, rightBehind } from '../log/order.ts';
import type { EventLog } from '../log/port.ts';
import type { PlacedEvent } from '../model/event.ts';
import type { Lane } from './lane.ts';
import type { LogWindow } from './log-window.ts';
import { type Ask, REPLAY_EVENTS_MAX } from './port.ts';

export type TakenUp =
  | { begins: 'at'; cursor: string; recovering: boolean }
  /** These events first, whose last frame brings the client to `cursor`. */
  | { begins: 'with'; after: string; events: PlacedEvent[]; cursor: string }
  /** History is out of reach; so many events at least are passed over. */
  | { begins: 'anew'; cursor: string; lost: number };

type HistoryPorts = Pick<EventLog, 'horizon' | 'page' | 'backlog'>;

export async function takeUp(
  log: HistoryPorts,
  window: LogWindow,
  { caller, subscription }: Lane,
  { from }: Ask,
): Promise<TakenUp> {
  const { head } = window;
  if (from === 'now') return { begins: 'at', cursor: head, recovering: false };
  if ('after' in from) {
    const lost = await outOfReach(log, caller.tenantId, window, from.after);
    if (lost !== null) return { begins: 'anew', cursor: head, lost };
    return { begins: 'at', cursor: from.after, recovering: true };
  }
  const newest = await log.page(caller, {
    before: rightBehind(head),
    order: 'desc',
    limit: from.last,
    filter: subscription?.filter ?? {},
  });
  const events = newest.events.reverse();
  const [oldest] = events;
  if (oldest === undefined) return { begins: 'at', cursor: head, recovering: false };
  return { begins: 'with', after: rightBefore(oldest.cursor), events, cursor: head };
}

/** Null where every event behind the cursor can be replayed; else how many at least lie behind it. */
export async function outOfReach(
  log: HistoryPorts,
  tenantId: string,
  window: LogWindow,
  cursor: string,
): Promise<number | null> {
  if (epochOf(cursor) !== epochOf(window.head)) return 0;
  const found = window.locate(cursor);
  if (typeof found === 'number') return window.end - found > REPLAY_EVENTS_MAX ? window.end - found : null;
  if (found === 'beyond') {
    // Ahead of what was read yet is fine, ahead of the log is not: the database was put back.
    const horizon = await log.horizon(tenantId);
    return isBefore(placeOf(horizon), placeOf(cursor)) ? 0 : null;
  }
  const behind = await log.backlog(tenantId, cursor, REPLAY_EVENTS_MAX + 1);
  return behind > REPLAY_EVENTS_MAX ? behind : null;
}
