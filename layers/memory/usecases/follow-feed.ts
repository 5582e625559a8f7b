/**
 * The client's side of the live feed: connections, what they want to see, and tickets. All of it only writes the registry and pokes; what
 * a client is sent comes from the broadcaster.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { instant, SECOND_MS } from '../clock.ts';
import { invalidField, notFound } from '../errors.ts';
import { type Ask, type From, type Subscription, TICKET_SECONDS } from '../feed/port.ts';
import { decodeCursor } from '../log/order.ts';
import type { AurenMemory } from '../memory.ts';
import type { Caller } from '../model/caller.ts';
import type { Ports } from './ports.ts';

export type FollowPorts = Pick<Ports, 'connections' | 'poke' | 'clock'>;

const TICKET_BYTES = 32;

export function createFollowing({ connections, poke, clock }: FollowPorts) {
  /** Throws `invalid_field` for what is no cursor; whether it still stands shows when it is taken up. */
  const askFor = (from: From, resumes: boolean): Ask => {
    if (from !== 'now' && 'after' in from) decodeCursor(from.after, 'after');
    return { mark: randomUUID(), from, resumes };
  };

  /** Nobody knows the connection any more: it is closed, so that its client comes anew. */
  async function closeStranger(tenantId: string, id: string): Promise<never> {
    await connections.condemn(tenantId, [id]);
    await poke.poke(tenantId);
    throw notFound('connection of this id; it is closed: connect again');
  }

  return {
    async connect(caller: Caller, id: string): Promise<void> {
      await connections.add({ id, caller, since: instant(clock.now()) });
    },

    async disconnect({ tenantId }: Caller, id: string): Promise<void> {
      await connections.remove(tenantId, id);
    },

    async subscribe({ tenantId }: Caller, id: string, subscription: Subscription, from: From): Promise<void> {
      const ask = askFor(from, false);
      if (!(await connections.subscribe(tenantId, id, subscription, ask))) await closeStranger(tenantId, id);
      await poke.poke(tenantId);
    },

    /** Goes on with the subscription from another place. */
    async resume({ tenantId }: Caller, id: string, after: string): Promise<void> {
      const resumed = await connections.resume(tenantId, id, askFor({ after }, true));
      if (resumed === 'unknown') await closeStranger(tenantId, id);
      if (resumed === 'unsubscribed') throw invalidField('action', 'there is nothing to resume; subscribe first.');
      await poke.poke(tenantId);
    },

    async unsubscribe({ tenantId }: Caller, id: string): Promise<void> {
      if (!(await connections.unsubscribe(tenantId, id))) await closeStranger(tenantId, id);
    },

    /** The cursor of the last frame; null before the first. */
    async ping({ tenantId }: Caller, id: string): Promise<string | null> {
      const found = await connections.find(tenantId, id);
      return found === null ? await closeStranger(tenantId, id) : found.told;
    },
  };
}

export function createTickets({ connections }: Pick<Ports, 'connections'>): Pick<AurenMemory, 'createTicket'> {
  return {
    async createTicket(caller) {
      const ticket = randomBytes(TICKET_BYTES).toString('base64url');
      await connections.keepTicket(ticket, caller);
      return { ticket, expiresAt: instant(Date.now() + TICKET_SECONDS * SECOND_MS) };
    },
  };
}
