/**
 * Live-only events of reads. Nothing is done for them while nobody follows the tenant's feed; else one more call to Redis, and a poke at
 * most every 200 ms, which finds what came after it as well: the broadcaster stays for longer than that.
 */
import { uuidv7 } from 'uuidv7';
import type { Instant } from '../clock.ts';
import { Lru } from '../embedding/lru.ts';
import { actorOf, type Caller } from '../model/caller.ts';
import type { EphemeralEvent } from '../model/event.ts';
import type { MemoryRecord } from '../model/memory.ts';
import { withDeadline } from '../search/deadline.ts';
import type { Ports } from './ports.ts';

export type TellPorts = Pick<Ports, 'connections' | 'poke' | 'warn'>;

const POKE_EVERY_MS = 200;
const TENANTS_MAX = 1_000;
/** Of one call; a page of hundreds is no news of each. */
const RETRIEVED_MAX = 100;
const REDIS_DEADLINE_MS = 150;

const poked = new Lru<number>(TENANTS_MAX);

/** Tells the broadcaster that something waits for it, unless it was told a moment ago. */
export async function pokeFeed({ poke }: Pick<Ports, 'poke'>, tenantId: string, nowMs = Date.now()): Promise<void> {
  const isTold = nowMs - (poked.get(tenantId) ?? Number.NEGATIVE_INFINITY) < POKE_EVERY_MS;
  if (isTold) return;
  poked.set(tenantId, nowMs);
  await poke.poke(tenantId);
}

export const newEventId = () => `evt_${uuidv7().replaceAll('-', '')}`;

/** `memory.retrieved` of each memory. Not fatal: the answer is right without. */
export async function tellRetrieved(
  ports: TellPorts,
  caller: Caller,
  records: readonly MemoryRecord[],
  { now, ms }: { now: Instant; ms: number },
): Promise<void> {
  const events = records.slice(0, RETRIEVED_MAX).map((record) => JSON.stringify(retrieved(caller, record, now, ms)));
  try {
    await withDeadline(ports.connections.announce(caller.tenantId, events), REDIS_DEADLINE_MS, 'Redis');
    await pokeFeed(ports, caller.tenantId);
  } catch (error) {
    ports.warn('the feed was not told of a read', error);
  }
}

const retrieved = (caller: Caller, record: MemoryRecord, now: Instant, ms: number): EphemeralEvent => ({
  id: newEventId(),
  type: 'memory.retrieved',
  streamId: record.id,
  seq: 0,
  at: now,
  actor: actorOf(caller),
  requestId: caller.requestId,
  agentId: record.agentId,
  userId: record.userId,
  spaceId: record.spaceId,
  visibility: record.visibility,
  memoryType: record.type,
  tier: record.tier,
  version: record.version,
  priority: record.priority,
  confidence: record.confidence,
  data: { tier: record.tier, latency_ms: Math.round(ms * 100) / 100 },
});
