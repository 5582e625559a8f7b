/**
 * Drains the log into a projection, one tenant at a time, under a lease. Whatever happens in between, each event is handled at least
 * once and in order; projections ignore what they have already applied. A poison event is parked, never blocks the rest.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AurenError } from '../errors.ts';
import type { Consumers } from '../log/consumers.ts';
import type { EventLog } from '../log/port.ts';
import type { PlacedEvent } from '../model/event.ts';

/** Where a projection's cursor is kept, if not beside its lease in PostgreSQL. */
export interface CursorStore {
  cursor(tenantId: string): Promise<string | null>;
  advance(tenantId: string, cursor: string, caughtUp: boolean): Promise<void>;
}

export interface Projection {
  readonly name: string;
  readonly batchSize: number;
  /** Applies events in order. Throws if any of them could not be applied; they come again. */
  apply(tenantId: string, events: readonly PlacedEvent[]): Promise<void>;
  /**
   * Builds the projection anew where there is no cursor, and answers the cursor that it stands for; null: read the log from its
   * beginning. Calls `stay` between its steps, however many: that keeps the lease, or throws where it was lost.
   */
  start?(tenantId: string, stay: () => Promise<void>): Promise<string | null>;
  readonly cursors?: CursorStore;
}

export interface DrainReport {
  tenantId: string;
  events: number;
  parked: number;
  caughtUp: boolean;
  /** Another consumer holds the lease and was told to look again. */
  heldElsewhere: boolean;
}

export interface ConsumerPorts {
  log: EventLog;
  consumers: Consumers;
}

/** Long enough for the slowest batch; a consumer that died is replaced after this. */
const LEASE_MS = 30_000;
const RENEW_AFTER_MS = LEASE_MS / 4;
const HORIZON_POLL_MS = 50;
const TRIES_MAX = 5;
/** Between tries of an event that fails alone. */
const RETRY_MS = 100;

/** Nothing is wrong with the event: an engine or the model does not answer, and it comes again. */
const isOutage = (error: unknown): boolean => error instanceof AurenError && error.code === 'engine_unavailable';

/** One drain of one tenant; a factory, so that a process has one identity for its leases. */
export function createConsumer({ log, consumers }: ConsumerPorts, projection: Projection) {
  const owner = randomUUID();
  const { name } = projection;

  /** Applies a batch; if it fails, event by event, so that one that cannot be applied is found and parked. Answers how many were. */
  async function applyOrPark(tenantId: string, events: readonly PlacedEvent[]): Promise<number> {
    try {
      await projection.apply(tenantId, events);
      return 0;
    } catch (error) {
      if (isOutage(error)) throw error;
    }
    let parked = 0;
    for (const event of events) parked += (await applyAlone(tenantId, event)) ? 0 : 1;
    return parked;
  }

  async function applyAlone(tenantId: string, event: PlacedEvent): Promise<boolean> {
    for (;;) {
      try {
        await projection.apply(tenantId, [event]);
        return true;
      } catch (error) {
        if (isOutage(error)) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        const tries = await consumers.failed(name, tenantId, event.id, reason);
        if (tries >= TRIES_MAX) return false;
        await sleep(RETRY_MS);
      }
    }
  }

  const leaseLost = () =>
    new AurenError('in_progress', `${name} lost its lease on the log of a tenant; another consumer goes on.`);

  async function advance(tenantId: string, cursor: string, caughtUp: boolean): Promise<void> {
    await projection.cursors?.advance(tenantId, cursor, caughtUp);
    if (!(await consumers.advance(name, tenantId, owner, cursor, LEASE_MS))) throw leaseLost();
  }

  async function startCursor(tenantId: string, leased: string | null): Promise<string | null> {
    const stored = projection.cursors ? await projection.cursors.cursor(tenantId) : leased;
    let renewedMs = Date.now();
    const stay = async () => {
      if (Date.now() - renewedMs < RENEW_AFTER_MS) return;
      // Takes a wake mark with it: nothing of the log has been read yet.
      if ((await consumers.acquire(name, tenantId, owner, LEASE_MS)) === null) throw leaseLost();
      renewedMs = Date.now();
    };
    return stored ?? (await projection.start?.(tenantId, stay)) ?? null;
  }

  /**
   * Reads and applies until nothing readable is left or the deadline has come; what is beyond the horizon is waited for. One batch at
   * least: a start that took all the time would otherwise leave no cursor behind and begin anew for ever.
   */
  async function drainLeased(tenantId: string, leased: string | null, deadline: Date): Promise<DrainReport> {
    const report: DrainReport = { tenantId, events: 0, parked: 0, caughtUp: false, heldElsewhere: false };
    let cursor = await startCursor(tenantId, leased);
    do {
      const read = await log.read(tenantId, cursor, projection.batchSize);
      cursor = read.cursor;
      if (read.events.length > 0) {
        report.parked += await applyOrPark(tenantId, read.events);
        report.events += read.events.length;
        await advance(tenantId, cursor, false);
      } else if (read.behindHorizon) {
        await sleep(HORIZON_POLL_MS);
      } else {
        await advance(tenantId, cursor, true);
        // Woken meanwhile: the lease is still ours, look again.
        report.caughtUp = await consumers.release(name, tenantId, owner);
      }
    } while (!report.caughtUp && Date.now() < deadline.getTime());
    return report;
  }

  return {
    async drain(tenantId: string, deadline: Date): Promise<DrainReport> {
      const lease = await consumers.acquire(name, tenantId, owner, LEASE_MS);
      if (lease === null) return { tenantId, events: 0, parked: 0, caughtUp: false, heldElsewhere: true };
      let report: DrainReport | undefined;
      try {
        report = await drainLeased(tenantId, lease.cursor, deadline);
        return report;
      } finally {
        // A wake mark keeps the lease; whoever goes on needs it now, not when it runs out.
        if (!report?.caughtUp) while (!(await consumers.release(name, tenantId, owner)));
      }
    },
  };
}
