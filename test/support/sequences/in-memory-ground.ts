/** A world on the ports in memory: thousands of sequences in seconds. */
import { NOON, testClock } from '../clock.ts';
import { inMemoryConsumers } from '../in-memory/consumers.ts';
import { inMemoryHotTier } from '../in-memory/hot.ts';
import { inMemoryPorts } from '../in-memory/index.ts';
import { createStore } from '../in-memory/store.ts';
import type { Ground } from './world.ts';

const LEASE_MS = 60_000;

export function inMemoryGround(capacity: number): Ground {
  const clock = testClock(NOON);
  const store = createStore();
  let deadForMs = 0;
  // Leases live on the clock of the test: an advance outlives them all.
  const nowMs = () => clock.now().getTime();
  const newHot = () => inMemoryHotTier({ capacity, leaseMs: LEASE_MS, nowMs });
  const consumers = inMemoryConsumers(store, () => nowMs() + deadForMs);
  const ports = inMemoryPorts({ clock, store, consumers, hotCapacity: capacity, hot: newHot() });
  const tenantId = 'tenant-a';
  store.addTenant(tenantId);
  return {
    tenantId,
    capacity,
    ports,
    emptyRedis: async () => {
      ports.hot = newHot();
    },
    expireLeases: async () => {
      deadForMs += 2 * LEASE_MS;
    },
  };
}
