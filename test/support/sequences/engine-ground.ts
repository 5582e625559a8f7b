/** A world on the real engines, with a tenant of its own for each sequence. */
import { bulkHot } from '@auren/memory/adapters.ts';
import { domain } from '../domain.ts';
import { sharedEngines } from '../engines.ts';
import type { Ground } from './world.ts';

export async function engineGround(capacity: number): Promise<Ground> {
  const d = await domain(sharedEngines(), { settings: { AUREN_HOT_CAPACITY: String(capacity) } });
  const { tenantId, clock } = d;
  return {
    tenantId,
    capacity,
    // Redis may take its time: what a busy machine lets time out is another test's.
    ports: { ...d.ports, clock, hot: await bulkHot() },
    async emptyRedis() {
      const keys = await d.redis.keys(`auren:{${tenantId}}:*`);
      if (keys.length > 0) await d.redis.del(...keys);
    },
    async expireLeases() {
      await d.sql('update auren.consumers set owner = null, lease_until = null where tenant_id = $1', [tenantId]);
    },
  };
}
