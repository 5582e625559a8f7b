/** The registry of connections in memory, with the tickets. */
import {
  CONNECTION_LIFE_MS,
  type Connection,
  type Connections,
  type Place,
  TICKET_SECONDS,
} from '../../../layers/memory/feed/port.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import { latencyField, percentilesOf } from '../../../layers/memory/tiers/latency-buckets.ts';
import { copyOf } from './store.ts';

interface Registered extends Connection {
  endsMs: number;
}

interface Tenant {
  connections: Map<string, Registered>;
  /** Version of each connection's last change; of those that left as well. */
  changed: Map<string, number>;
  version: number;
  reader: string | null;
  condemned: Set<string>;
  processed: number;
  dropped: number;
  head: string | null;
  lagsMs: number[];
  agents: Map<string, number>;
  ephemeral: string[];
  measured: string | null;
}

export interface InMemoryConnections extends Connections {
  /** How far a connection was told, as it is stored. */
  placeOf(tenantId: string, id: string): Promise<Place | null>;
  /** Live-only events that wait for the next round. */
  waiting(tenantId: string): Promise<string[]>;
}

/** The list of live-only events, which the hot tier shares. */
export interface EphemeralList {
  isWatched(tenantId: string): boolean;
  push(tenantId: string, events: readonly string[]): void;
  /** Takes out the events in which this text stands. */
  forget(tenantId: string, text: string): void;
}

export function inMemoryConnections(nowMs: () => number = Date.now) {
  const tenants = new Map<string, Tenant>();
  const tickets = new Map<string, { caller: Caller; untilMs: number }>();

  const of = (tenantId: string): Tenant => {
    const found = tenants.get(tenantId) ?? {
      connections: new Map(),
      changed: new Map(),
      version: 0,
      reader: null,
      condemned: new Set(),
      processed: 0,
      dropped: 0,
      head: null,
      lagsMs: [],
      agents: new Map(),
      ephemeral: [],
      measured: null,
    };
    tenants.set(tenantId, found);
    return found;
  };
  const note = (tenant: Tenant, id: string) => {
    tenant.version += 1;
    tenant.changed.set(id, tenant.version);
  };
  const forget = (tenant: Tenant, id: string) => {
    tenant.connections.delete(id);
    tenant.condemned.delete(id);
    note(tenant, id);
  };
  const subscribed = (tenant: Tenant) => [...tenant.connections.values()].filter(({ subscription }) => subscription);

  const list: EphemeralList = {
    isWatched: (tenantId) => subscribed(of(tenantId)).length > 0,
    push(tenantId, events) {
      if (list.isWatched(tenantId)) of(tenantId).ephemeral.push(...events);
    },
    forget(tenantId, text) {
      const tenant = of(tenantId);
      tenant.ephemeral = tenant.ephemeral.filter((event) => !event.includes(text));
    },
  };

  const connections: InMemoryConnections = {
    async add(member) {
      const ends = { endsMs: nowMs() + CONNECTION_LIFE_MS };
      of(member.caller.tenantId).connections.set(member.id, {
        ...copyOf(member),
        subscription: null,
        ask: null,
        place: null,
        ...ends,
      });
    },
    async remove(tenantId, id) {
      const tenant = of(tenantId);
      if (tenant.connections.has(id)) forget(tenant, id);
    },
    async subscribe(tenantId, id, subscription, ask) {
      const tenant = of(tenantId);
      const connection = tenant.connections.get(id);
      if (!connection) return false;
      Object.assign(connection, copyOf({ subscription, ask, place: null }));
      note(tenant, id);
      return true;
    },
    async resume(tenantId, id, ask) {
      const tenant = of(tenantId);
      const connection = tenant.connections.get(id);
      if (!connection) return 'unknown';
      if (connection.subscription === null) return 'unsubscribed';
      Object.assign(connection, copyOf({ ask, place: null }));
      note(tenant, id);
      return 'resumed';
    },
    async unsubscribe(tenantId, id) {
      const tenant = of(tenantId);
      const connection = tenant.connections.get(id);
      if (!connection) return false;
      Object.assign(connection, { subscription: null, ask: null, place: null });
      note(tenant, id);
      return true;
    },
    async find(tenantId, id) {
      const connection = of(tenantId).connections.get(id);
      return connection ? { told: connection.place?.told ?? null } : null;
    },
    async condemn(tenantId, ids) {
      for (const id of ids) of(tenantId).condemned.add(id);
    },
    members: async (tenantId) =>
      [...of(tenantId).connections.values()].map(({ id, caller, since }) => copyOf({ id, caller, since })),

    async isIdle(tenantId) {
      const tenant = of(tenantId);
      return subscribed(tenant).length === 0 && tenant.condemned.size === 0;
    },
    async round(tenantId, reader, known, progress) {
      const tenant = of(tenantId);
      for (const { id, place } of progress.places) {
        const connection = tenant.connections.get(id);
        if (connection?.ask?.mark === place.mark) connection.place = copyOf(place);
      }
      for (const id of progress.gone) forget(tenant, id);
      for (const [id, { endsMs }] of tenant.connections) if (endsMs <= nowMs()) forget(tenant, id);
      tenant.processed += progress.processed;
      tenant.dropped += progress.dropped;
      tenant.head = progress.head ?? tenant.head;
      tenant.lagsMs.push(...progress.lagsMs);
      for (const [agent, n] of progress.agents) tenant.agents.set(agent, (tenant.agents.get(agent) ?? 0) + n);
      const isWhole = known === null || tenant.reader !== reader;
      tenant.reader = reader;
      const ids = isWhole
        ? [...tenant.connections.keys()]
        : [...tenant.changed].filter(([, version]) => version > (known ?? 0)).map(([id]) => id);
      const changed = ids.flatMap((id) => {
        const connection = tenant.connections.get(id);
        if (!connection) return [];
        const { endsMs: _, ...rest } = connection;
        return [copyOf(rest)];
      });
      return {
        version: tenant.version,
        isWhole,
        changed,
        left: ids.filter((id) => !tenant.connections.has(id)),
        condemned: [...tenant.condemned],
        ephemeral: tenant.ephemeral.splice(0),
      };
    },
    async announce(tenantId, events) {
      list.push(tenantId, events);
    },
    async stats(tenantId) {
      const tenant = of(tenantId);
      const lags = new Map<string, number>();
      for (const ms of tenant.lagsMs) lags.set(latencyField('lag', ms), (lags.get(latencyField('lag', ms)) ?? 0) + 1);
      return {
        members: tenant.connections.size,
        subscriptions: subscribed(tenant).length,
        processed: tenant.processed,
        dropped: tenant.dropped,
        head: tenant.head,
        lagMs: percentilesOf(lags).lag ?? null,
        agents: Object.fromEntries(tenant.agents),
      };
    },
    async swapMeasured(tenantId, measured) {
      const before = of(tenantId).measured;
      of(tenantId).measured = measured;
      return before;
    },
    async keepTicket(ticket, caller) {
      tickets.set(ticket, { caller: copyOf(caller), untilMs: nowMs() + TICKET_SECONDS * 1_000 });
    },
    async takeTicket(ticket) {
      const kept = tickets.get(ticket);
      tickets.delete(ticket);
      return kept && nowMs() < kept.untilMs ? kept.caller : null;
    },

    placeOf: async (tenantId, id) => copyOf(of(tenantId).connections.get(id)?.place ?? null),
    waiting: async (tenantId) => [...of(tenantId).ephemeral],
  };
  return { connections, list };
}
