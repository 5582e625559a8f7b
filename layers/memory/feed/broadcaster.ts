/**
 * The broadcaster: the one that posts to connections, under a lease for each tenant. Round trips: one to Redis while nobody is subscribed;
 * where nothing is new three to PostgreSQL (lease, read, release) and one to Redis (two in a process that does not remember them), however
 * many are connected; for news a post to each connection, then one read and one round for all each 25 ms, until nothing came for 250 ms.
 */
import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { Lru } from '../embedding/lru.ts';
import { AurenError } from '../errors.ts';
import type { Consumers } from '../log/consumers.ts';
import { BroadcastSession, type Remembered, type SessionPorts } from './broadcast-session.ts';
import type { DrainReport } from './consumer.ts';
import { BROADCASTER } from './names.ts';

export type BroadcasterPorts = Omit<SessionPorts, 'random' | 'limit' | 'lingerMs'> & {
  consumers: Consumers;
  random?: () => number;
  lingerMs?: number;
};

const LEASE_MS = 30_000;
/** Longer than a process keeps live-only events together before it pokes: the last of them are found without a poke. */
const LINGER_MS = 250;
const RENEW_AFTER_MS = LEASE_MS / 4;
/** A session that never gets quiet ends all the same, so that its message is done with. */
const SESSION_MS = 20_000;
/** As many sockets as the client keeps open. */
const POSTS_AT_ONCE = 50;
const TENANTS_REMEMBERED = 100;

/** A factory, so that a process has one identity for its leases, and remembers connections between sessions. */
export function createBroadcaster({
  consumers,
  random = Math.random,
  lingerMs = LINGER_MS,
  ...ports
}: BroadcasterPorts) {
  const owner = randomUUID();
  const limit = pLimit(POSTS_AT_ONCE);
  const remembered = new Lru<Remembered>(TENANTS_REMEMBERED);

  function remember(tenantId: string): Remembered {
    const known = remembered.get(tenantId) ?? { lanes: new Map(), version: null };
    remembered.set(tenantId, known);
    return known;
  }

  /** The log's own cursor of a consumer says how far it has read; ours is each connection's, so it only keeps the lease. */
  function keeping(tenantId: string) {
    let renewedMs = Date.now();
    return async (head: string | null): Promise<void> => {
      if (Date.now() - renewedMs < RENEW_AFTER_MS) return;
      const isOurs =
        head === null
          ? (await consumers.acquire(BROADCASTER, tenantId, owner, LEASE_MS)) !== null
          : await consumers.advance(BROADCASTER, tenantId, owner, head, LEASE_MS);
      if (!isOurs) throw new AurenError('in_progress', 'The feed of a tenant is in the hands of another process.');
      renewedMs = Date.now();
    };
  }

  async function tell(tenantId: string, deadline: Date): Promise<DrainReport> {
    const report: DrainReport = { tenantId, events: 0, parked: 0, caughtUp: false, heldElsewhere: false };
    const until = Math.min(deadline.getTime(), Date.now() + SESSION_MS);
    const stay = keeping(tenantId);
    do {
      const session = new BroadcastSession({ ...ports, random, limit, lingerMs }, tenantId, owner, remember(tenantId));
      try {
        const isTold = await session.run(until, stay);
        report.events += session.events;
        // Woken meanwhile: the lease is still ours, look again.
        await session.flush();
        report.caughtUp = isTold && (await consumers.release(BROADCASTER, tenantId, owner));
      } catch (error) {
        // What was posted and not stored is posted again; a client knows it by its cursor.
        remembered.delete(tenantId);
        throw error;
      }
    } while (!report.caughtUp && Date.now() < deadline.getTime());
    return report;
  }

  return {
    async drain(tenantId: string, deadline: Date): Promise<DrainReport> {
      const nothing: DrainReport = { tenantId, events: 0, parked: 0, caughtUp: true, heldElsewhere: false };
      const isForgotten = remember(tenantId).lanes.size === 0;
      if (isForgotten && (await ports.connections.isIdle(tenantId))) return nothing;
      if ((await consumers.acquire(BROADCASTER, tenantId, owner, LEASE_MS)) === null)
        return { ...nothing, caughtUp: false, heldElsewhere: true };
      let report: DrainReport | undefined;
      try {
        report = await tell(tenantId, deadline);
        return report;
      } finally {
        if (!report?.caughtUp) while (!(await consumers.release(BROADCASTER, tenantId, owner)));
      }
    },
  };
}
