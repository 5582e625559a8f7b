/** A broadcaster on ports in memory, over a log that holds as many events as a test says without writing any. */

import { expect } from 'vitest';
import { frameCodec } from '../../../functions/shared/wire/frames.ts';
import { createBroadcaster } from '../../../layers/memory/feed/broadcaster.ts';
import type { From } from '../../../layers/memory/feed/port.ts';
import { compileFilter, maySee } from '../../../layers/memory/log/filter.ts';
import { decodeCursor, encodeCursor } from '../../../layers/memory/log/order.ts';
import type { EventFilter, EventLog } from '../../../layers/memory/log/port.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { EphemeralEvent, PlacedEvent } from '../../../layers/memory/model/event.ts';
import { aCaller, anEvent } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryPorts } from '../../support/in-memory/index.ts';

export const TENANT = 't';
export const EPOCH = 'a0';

export const cursorAt = (n: number, epoch = EPOCH) => encodeCursor({ epoch, txid: '1', position: String(n) });
export const soon = () => new Date(Date.now() + 10_000);

/** Sealed once for all of them: no hash is looked at here, and those of 20,000 events cost a quarter of a second. */
const SEALED = anEvent({ tenantId: TENANT, streamId: 'mem', visibility: 'agent' });

/** Event n of the log; every tenth is agent b's. */
export const eventAt = (n: number, overrides: Partial<PlacedEvent> = {}): PlacedEvent => ({
  ...SEALED,
  streamId: `mem_${n}`,
  id: `e${n}`,
  agentId: n % 10 === 0 ? 'b' : 'a',
  cursor: cursorAt(n),
  ...overrides,
});

export interface Written extends Pick<EventLog, 'read' | 'horizon' | 'page' | 'backlog'> {
  count: number;
  epoch: string;
  reads: number;
  /** What an event is, where a test cares. */
  at: (n: number) => PlacedEvent;
}

export function writtenLog(count: number): Written {
  const positionOf = (cursor: string | null | undefined) => {
    if (cursor == null) return 0;
    const { epoch, position } = decodeCursor(cursor, 'cursor');
    // As PostgreSQL's: a cursor from before a restore stands at the beginning.
    return epoch === log.epoch ? Number(position) : 0;
  };
  const log: Written = {
    count,
    epoch: EPOCH,
    reads: 0,
    at: (n) => eventAt(n, { cursor: cursorAt(n, log.epoch) }),
    async read(_, cursor, limit) {
      log.reads += 1;
      const from = positionOf(cursor);
      const to = Math.min(log.count, from + limit);
      const events = Array.from({ length: to - from }, (__, at) => log.at(from + at + 1));
      return { events, cursor: cursorAt(Math.max(from, to), log.epoch), behindHorizon: false };
    },
    horizon: async () => cursorAt(log.count, log.epoch),
    async page(caller, { before, limit, filter }) {
      const passes = compileFilter(filter);
      const found: PlacedEvent[] = [];
      for (let n = Math.min(log.count, positionOf(before) - 1); n > 0 && found.length < limit; n -= 1) {
        if (maySee(caller, log.at(n)) && passes(log.at(n))) found.push(log.at(n));
      }
      return { events: found, nextCursor: null };
    },
    backlog: async (_, cursor, max = 10_000) => Math.min(max, log.count - positionOf(cursor)),
  };
  return log;
}

export function aFeed({ events = 0, lingerMs = 0 } = {}) {
  const ports = inMemoryPorts();
  const log = writtenLog(events);
  const make = () => createBroadcaster({ ...ports, log, codec: frameCodec, random: () => 0, lingerMs });
  const broadcaster = make();
  const { connections, poster } = ports;

  const ask = async (id: string, filter: EventFilter, from: From, resumes = false) => {
    const mark = uniqueName('mark');
    if (resumes) await connections.resume(TENANT, id, { mark, from, resumes });
    else await connections.subscribe(TENANT, id, { id: 's', filter }, { mark, from, resumes });
  };
  return {
    ports,
    log,
    poster,
    connections,
    /** Another process. */
    another: make,
    broadcast: () => broadcaster.drain(TENANT, soon()),
    ask,
    async join(from: From = 'now', filter: EventFilter = {}, caller: Partial<Caller> = {}) {
      const id = uniqueName('c');
      await connections.add({ id, caller: aCaller(TENANT, caller), since: NOON });
      await ask(id, filter, from);
      return id;
    },
    /** Frames of events, of which each begins where the one before it ended. */
    eventsTo(id: string) {
      const frames = poster.framesTo(id).filter(({ kind }) => kind === 'events');
      return { frames, ids: frames.flatMap(({ events = [] }) => events.map((event) => event.id)) };
    },
  };
}

export const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `e${from + at}`);

export const anEphemeral = (overrides: Partial<EphemeralEvent> = {}): string => {
  const nothing = { userId: null, spaceId: null, memoryType: null, tier: null, version: null, priority: null };
  const event: EphemeralEvent = {
    id: uniqueName('evt'),
    ...{ type: 'memory.retrieved', streamId: 'mem_1', seq: 0, at: '2026-03-01T12:00:00.000Z', actor: 'key:k' },
    ...{ requestId: 'r', agentId: 'a', visibility: 'agent', confidence: null, data: {} },
    ...nothing,
    ...overrides,
  };
  return JSON.stringify(event);
};

/** Each frame begins where the one before it ended. */
export const expectChained = (frames: { after?: string; cursor?: string }[]): void => {
  for (const [n, { after }] of frames.entries()) if (n > 0) expect(after).toBe(frames[n - 1]?.cursor);
};
