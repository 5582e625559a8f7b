/** The adapters on Redis, for whichever Redis the variables point at. */
import { createRedisKeyCache } from '../../../layers/memory/auth/key-cache-redis.ts';
import { createRedis } from '../../../layers/memory/clients/redis.ts';
import { SECOND_MS, systemClock } from '../../../layers/memory/clock.ts';
import { createRedisConnections } from '../../../layers/memory/feed/connections-redis.ts';
import { feedKeys, hotKeys } from '../../../layers/memory/keys.ts';
import { createHotRedis } from '../../../layers/memory/tiers/hot-redis.ts';
import { uniqueName } from '../../support/ids.ts';
import { describeKeyCacheContract } from './api-keys.ts';
import { describeConnectionsContract } from './connections.ts';
import { describeHotReadingContract } from './hot-reading.ts';
import { describeHotRecallsContract } from './hot-recalls.ts';
import { describeHotWritingContract, type HotSubject } from './hot-writing.ts';
import { describeTierContract } from './tier.ts';

/** A test machine may be slow; what is tested here is not the deadline. */
const DEADLINE_MS = 10_000;
const CAPACITY = 10_000;
const LEASE_SECONDS = 60;

export interface RedisAddress {
  redisUrl: string;
  redisToken: string;
}

export function describeRedisAdapters(name: string, addressOf: () => RedisAddress): void {
  const connect = () => createRedis(addressOf(), { deadlineMs: DEADLINE_MS });
  const newTenant = async () => uniqueName('tenant');

  describeTierContract(`hot on ${name}`, async () => ({
    tier: createHotRedis({ redis: connect(), capacity: CAPACITY, leaseSeconds: LEASE_SECONDS, clock: systemClock }),
    newTenant,
    committed: async () => {},
  }));

  const makeHot = async (): Promise<HotSubject> => {
    const redis = connect();
    return {
      newTenant,
      watch: async (tenantId) => {
        await redis.call((client) => client.set(feedKeys(tenantId).watched, '1'));
      },
      ephemeral: (tenantId) => redis.call((client) => client.lrange(hotKeys(tenantId).ephemeral, 0, -1)),
      hot: ({ capacity, leaseMs }) =>
        createHotRedis({ redis, capacity, leaseSeconds: leaseMs / SECOND_MS, clock: systemClock }),
    };
  };
  describeHotWritingContract(`hot on ${name}`, makeHot);
  describeHotReadingContract(`hot on ${name}`, makeHot);
  describeHotRecallsContract(`hot on ${name}`, makeHot);

  describeConnectionsContract(name, async () => {
    const redis = connect();
    return { connections: (nowMs) => createRedisConnections(redis, nowMs), newTenant };
  });
  describeKeyCacheContract(name, async () => ({ keyCache: createRedisKeyCache(connect()) }));
}
