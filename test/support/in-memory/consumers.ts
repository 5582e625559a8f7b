/** Leases and cursors in memory. Leases run on real time, like PostgreSQL's. */
import type { Consumers } from '../../../layers/memory/log/consumers.ts';
import type { Store } from './store.ts';

const PARKED_AFTER_TRIES = 5;

interface Row {
  cursor: string | null;
  owner: string | null;
  leaseUntilMs: number;
  wake: boolean;
}

export function inMemoryConsumers(store: Store, nowMs: () => number = Date.now): Consumers {
  const rows = new Map<string, Row>();

  const rowOf = (consumer: string, tenantId: string): Row => {
    const name = JSON.stringify([consumer, tenantId]);
    const row = rows.get(name) ?? { cursor: null, owner: null, leaseUntilMs: 0, wake: false };
    rows.set(name, row);
    return row;
  };
  const isHeld = (row: Row) => row.owner !== null && row.leaseUntilMs > nowMs();

  return {
    async acquire(consumer, tenantId, owner, leaseMs) {
      const row = rowOf(consumer, tenantId);
      if (isHeld(row) && row.owner !== owner) {
        row.wake = true;
        return null;
      }
      Object.assign(row, { owner, leaseUntilMs: nowMs() + leaseMs, wake: false });
      return { cursor: row.cursor };
    },

    async advance(consumer, tenantId, owner, cursor, leaseMs) {
      const row = rowOf(consumer, tenantId);
      if (row.owner !== owner) return false;
      Object.assign(row, { cursor, leaseUntilMs: nowMs() + leaseMs });
      return true;
    },

    async release(consumer, tenantId, owner) {
      const row = rowOf(consumer, tenantId);
      if (row.owner !== owner) return true;
      if (row.wake) {
        row.wake = false;
        return false;
      }
      row.owner = null;
      return true;
    },

    cursor: async (consumer, tenantId) => rowOf(consumer, tenantId).cursor,

    async failed(consumer, tenantId, eventId, error) {
      const { failures } = store.of(tenantId);
      const name = JSON.stringify([consumer, eventId]);
      const tries = (failures.get(name)?.tries ?? 0) + 1;
      failures.set(name, { consumer, eventId, error, tries });
      return tries;
    },

    parked: async (tenantId) =>
      [...store.of(tenantId).failures.values()]
        .filter(({ tries }) => tries >= PARKED_AFTER_TRIES)
        .map(({ consumer, eventId, error }) => ({ consumer, eventId, error })),

    tenants: async () => store.tenants(),
  };
}
