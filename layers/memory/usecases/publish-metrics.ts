/**
 * What the memory is doing, for those who follow its feed: operations a second, latency by tier, the feed itself, events by agent. And what
 * nothing else notices of a connection: that its key has ended, or may do something else than when it came.
 */
import { instant, SECOND_MS } from '../clock.ts';
import { EngineUnavailable } from '../errors.ts';
import type { FeedStats } from '../feed/port.ts';
import type { Caller } from '../model/caller.ts';
import type { EphemeralEvent } from '../model/event.ts';
import { canonicalJson, type JsonObject } from '../model/json.ts';
import { TIER_READ } from '../telemetry.ts';
import type { HotStats } from '../tiers/port.ts';
import { feedFigures } from './feed-figures.ts';
import type { Ports } from './ports.ts';
import { newEventId } from './tell-feed.ts';
import { tenantsInTurn } from './tenants-in-turn.ts';

export type MetricsPorts = Pick<
  Ports,
  'connections' | 'consumers' | 'hot' | 'log' | 'apiKeys' | 'poke' | 'clock' | 'warn'
>;

/** The counters as they were, to see what came since. */
interface Measured {
  atMs: number;
  hour: number;
  operations: Record<string, number>;
  agents: Record<string, number>;
}

const rightsOf = ({ agentId, spaceRoles }: Pick<Caller, 'agentId' | 'spaceRoles'>) =>
  canonicalJson({ agentId, spaceRoles });

export function createMetrics(ports: MetricsPorts) {
  const { connections, apiKeys, clock } = ports;

  /** Connections whose key was revoked, has expired, or sees other things now. They may come back with what their key may do. */
  async function ended(tenantId: string): Promise<string[]> {
    const members = await connections.members(tenantId);
    const keyIds = [...new Set(members.map(({ caller }) => caller.keyId))];
    if (keyIds.length === 0) return [];
    const now = instant(clock.now());
    const valid = (await apiKeys.current(tenantId, keyIds)).filter(
      ({ revokedAt, expiresAt }) => revokedAt === null && (expiresAt === null || expiresAt > now),
    );
    const rights = new Map(valid.map((key) => [key.id, rightsOf(key)]));
    return members.filter(({ caller }) => rights.get(caller.keyId) !== rightsOf(caller)).map(({ id }) => id);
  }

  async function measure(tenantId: string, feed: FeedStats): Promise<EphemeralEvent> {
    const hot = await ports.hot.stats(tenantId);
    const { hour, counts } = hot.operations;
    const measured: Measured = { atMs: Date.now(), hour, operations: counts, agents: feed.agents };
    const kept = await connections.swapMeasured(tenantId, JSON.stringify(measured));
    const before = kept === null ? null : (JSON.parse(kept) as Measured);
    const figures = await feedFigures(ports, tenantId, feed);
    return metricsEvent(instant(clock.now()), figures, hot, measured, before);
  }

  async function publish(tenantId: string): Promise<boolean> {
    const feed = await connections.stats(tenantId);
    if (feed.members === 0) return false;
    const over = await ended(tenantId);
    await connections.condemn(tenantId, over);
    if (feed.subscriptions > 0) {
      await connections.announce(tenantId, [JSON.stringify(await measure(tenantId, feed))]);
    }
    if (over.length > 0 || feed.subscriptions > 0) await ports.poke.poke(tenantId);
    return true;
  }

  return {
    /** Throws, at the end, where a tenant failed. */
    async publishAll(deadline: Date): Promise<JsonObject> {
      let connected = 0;
      const { counts, failures } = await tenantsInTurn(ports, deadline, async (tenantId) => {
        try {
          if (await publish(tenantId)) connected += 1;
        } catch (error) {
          // Nobody can be told of anything, and connections that should end end when it is back.
          if (!(error instanceof EngineUnavailable && error.engine === 'redis')) throw error;
          ports.warn('nothing was measured without Redis', error);
        }
        return true;
      });
      const report = { tenants: counts.done, connected, failed: failures.length, left: counts.left };
      if (failures.length === 0) return report;
      throw new Error(`metrics failed for ${failures.length} tenants: ${JSON.stringify(report)}`, {
        cause: failures[0],
      });
    },
  };
}

/** What came a second since the last time; an hour that has ended meanwhile is passed over. */
function rates(now: Record<string, number>, before: Record<string, number>, seconds: number): Record<string, number> {
  const grown = Object.entries(now).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  const some = grown.filter(([, count]) => count > 0);
  return Object.fromEntries(some.map(([name, count]) => [name, Math.round((count / seconds) * 100) / 100]));
}

const isTierRead = (name: string) => Object.values(TIER_READ).some((read) => read === name);

function metricsEvent(
  now: string,
  feed: JsonObject,
  { latency, operations: { counts } }: HotStats,
  measured: Measured,
  before: Measured | null,
): EphemeralEvent {
  const seconds = before === null ? 0 : Math.max(1, (measured.atMs - before.atMs) / SECOND_MS);
  const sinceHour = before?.hour === measured.hour ? before.operations : {};
  const calls = Object.fromEntries(Object.entries(counts).filter(([name]) => !isTierRead(name)));
  const operations = before === null ? {} : rates(calls, sinceHour, seconds);
  const agents = before === null ? {} : rates(measured.agents, before.agents, seconds);
  const tiers = Object.entries(TIER_READ).map(([tier, read]) => [tier, latency[read] ? { ...latency[read] } : null]);
  const nobody = { agentId: null, userId: null, spaceId: null, visibility: null, memoryType: null, tier: null };
  return {
    id: newEventId(),
    type: 'metrics',
    streamId: '',
    seq: 0,
    at: now,
    actor: 'system:publish-metrics',
    requestId: 'publish-metrics',
    ...nobody,
    version: null,
    priority: null,
    confidence: null,
    data: {
      interval_seconds: Math.round(seconds * 10) / 10,
      operations_per_second: Math.round(Object.values(operations).reduce((sum, rate) => sum + rate, 0) * 100) / 100,
      operations,
      latency: Object.fromEntries(tiers),
      feed,
      agents: Object.fromEntries(Object.entries(agents).map(([id, rate]) => [id, { events_per_second: rate }])),
    },
  };
}
