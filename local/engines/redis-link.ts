/** What the Upstash front needs of a Redis, and the adapter for a real server over ioredis. */
import { Redis } from 'ioredis';
import type { Log } from './types.ts';

/** A reply as RESP2 knows it; strings come as bytes. */
export type Reply = null | number | Buffer | Error | Reply[];

export interface RedisLink {
  /** Runs the commands in order, in one write; an error takes the place of its reply. Rejects when Redis is down. */
  run(commands: string[][]): Promise<Reply[]>;
  /** The same between MULTI and EXEC; rejects with the server's error when the transaction was not executed. */
  runAtomic(commands: string[][]): Promise<Reply[]>;
  close(): Promise<void>;
}

/** Redis cannot be asked now. */
export class RedisDown extends Error {
  override readonly name = 'RedisDown';
}

const RECONNECT_FIRST_MS = 20;
const RECONNECT_MAX_MS = 250;
const CONNECT_WITHIN_MS = 2_000;

/** One connection for all requests: Redis answers in order, so the requests of one tick share their packets. */
export async function linkToRedis(url: string, log: Log): Promise<RedisLink> {
  const redis = new Redis(url, {
    // Fail at once while Redis is down; the caller has a deadline and a catalog to fall back on.
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_WITHIN_MS,
    retryStrategy: (times) => Math.min(RECONNECT_FIRST_MS * times, RECONNECT_MAX_MS),
  });
  let isUp = true;
  redis.on('ready', () => {
    isUp = true;
  });
  redis.on('error', (error) => {
    if (isUp) log(`Redis is not reachable: ${error.message}`);
    isUp = false;
  });

  await redis.connect();

  const run = async (commands: string[][]): Promise<Reply[]> => {
    if (redis.status !== 'ready') throw new RedisDown(`Redis is not reachable (${redis.status})`);
    const pipeline = redis.pipeline();
    // In capitals: ioredis reshapes the replies of commands it knows by their small name (HGETALL becomes an object).
    for (const [name = '', ...args] of commands) pipeline.callBuffer(name.toUpperCase(), ...args);
    const results = (await pipeline.exec()) ?? [];
    return results.map(([error, reply]) => {
      if (!error) return reply as Reply;
      if (error.name !== 'ReplyError') throw new RedisDown(`Redis closed the connection: ${error.message}`);
      return error;
    });
  };

  return {
    run,
    async runAtomic(commands) {
      const replies = await run([['MULTI'], ...commands, ['EXEC']]);
      const outcome = replies.at(-1);
      if (Array.isArray(outcome)) return outcome;
      throw outcome instanceof Error ? outcome : new Error('EXECABORT the transaction was not executed');
    },
    async close() {
      redis.disconnect();
    },
  };
}
