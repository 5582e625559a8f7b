/**
 * Stats: counts from the catalog, the hot and cold tiers' own figures, what is recalled when, and how far the index is behind. Counts
 * nothing as a use.
 */
import { instant } from '../clock.ts';
import { INDEX_CONSUMER } from '../feed/names.ts';
import type { AurenMemory } from '../memory.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { feedFigures } from './feed-figures.ts';
import type { Ports } from './ports.ts';
import { unlessDown } from './unless-down.ts';

export type StatsPorts = Pick<
  Ports,
  'catalog' | 'recalls' | 'hot' | 'cold' | 'vectors' | 'log' | 'consumers' | 'connections' | 'clock' | 'hotCapacity'
> & {
  /** Name of the embedding model that the index is made with. */
  embeddingModel: string;
};

export function createStats(ports: StatsPorts): Pick<AurenMemory, 'stats'> {
  /** An index that is gone though the log has been read is not begun in the middle: it takes a rebuild. */
  async function indexState(tenantId: string): Promise<{ pending: number; complete: boolean | null }> {
    const [cursor, exists] = await Promise.all([
      ports.consumers.cursor(INDEX_CONSUMER, tenantId),
      unlessDown(ports.vectors.exists(tenantId)),
    ]);
    return { pending: await ports.log.backlog(tenantId, cursor), complete: cursor === null || exists };
  }

  return {
    async stats(caller, filter): Promise<JsonObject> {
      const now = instant(ports.clock.now());
      const [catalog, recalls, hot, cold, index, feed] = await Promise.all([
        ports.catalog.stats(caller, filter, now),
        ports.recalls.stats(caller, filter, now),
        unlessDown(ports.hot.stats(caller.tenantId)),
        unlessDown(ports.cold.stats(caller.tenantId)),
        indexState(caller.tenantId),
        unlessDown(ports.connections.stats(caller.tenantId)),
      ]);
      const { predictions } = recalls;
      const hitRate = predictions.decided === 0 ? null : predictions.hits / predictions.decided;
      const reads = hot === null ? 0 : hot.hits + hot.misses;
      return {
        total_memories: catalog.total,
        tier_distribution: { ...catalog.tiers },
        dual_stored: catalog.dualStored,
        pinned: catalog.pinned,
        by_type: { ...catalog.byType } as Record<string, Json>,
        by_agent: { ...catalog.byAgent },
        hot: {
          count: catalog.tiers.hot,
          capacity: ports.hotCapacity,
          pressure: hot === null ? null : hot.count / ports.hotCapacity,
          used_bytes: hot?.usedBytes ?? null,
          hit_rate: hot === null || reads === 0 ? null : hot.hits / reads,
        },
        warm: { count: catalog.tiers.warm, bytes: catalog.warmBytes },
        cold: {
          count: catalog.tiers.cold,
          bytes: cold?.bytes ?? null,
          compression_ratio: cold === null || cold.bytes === 0 ? null : cold.plainBytes / cold.bytes,
        },
        flow: {
          hot_to_warm: catalog.flow.hotToWarm,
          warm_to_cold: catalog.flow.warmToCold,
          promoted: catalog.flow.promoted,
          expired: catalog.flow.expired,
        },
        access_patterns: recalls.patterns.map(({ userId, type, hour, count }) => ({
          user_id: userId,
          type,
          hour,
          count,
        })),
        prediction: { warmed: predictions.warmed, hit_rate: hitRate },
        feed: await feedFigures(ports, caller.tenantId, feed),
        index: { ...index, model: ports.embeddingModel },
        latency: { ...hot?.latency },
      };
    },
  };
}
