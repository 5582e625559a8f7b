/**
 * Latencies and live-only events wait here for the next call that goes to Redis for the tenant anyway, and ride on it: no round
 * trip of their own. Nothing durable: what a process still holds when it ends is lost.
 */
import type { Ride } from './tiers/port.ts';

/** A tenant that never reaches Redis must not fill the memory. */
const WAITING_MAX = 200;
const TENANTS_MAX = 1_000;

const waiting = new Map<string, Ride>();

function seat(tenantId: string): Ride {
  const seated = waiting.get(tenantId);
  if (seated) return seated;
  if (waiting.size >= TENANTS_MAX) waiting.clear();
  const ride: Ride = { latencies: [], events: [] };
  waiting.set(tenantId, ride);
  return ride;
}

/** Under these names reads are counted by tier. */
export const TIER_READ = { hot: 'read.hot', warm: 'read.warm', cold: 'read.cold' } as const;

/** How long an operation took, in milliseconds. */
export function noteLatency(tenantId: string, operation: string, ms: number): void {
  const { latencies } = seat(tenantId);
  if (latencies.length < WAITING_MAX) latencies.push({ operation, ms });
}

/** All that waits for a tenant, with what the caller brings. */
export function takeRide(tenantId: string, own?: Ride): Ride {
  const taken = waiting.get(tenantId);
  waiting.delete(tenantId);
  return {
    latencies: [...(taken?.latencies ?? []), ...(own?.latencies ?? [])],
    events: [...(taken?.events ?? []), ...(own?.events ?? [])],
  };
}
