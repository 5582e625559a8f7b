/** Starts the three engines side by side and names the variables that point the production clients at them. */
import { join, resolve } from 'node:path';
import { startChroma } from './chroma.ts';
import { lockDirectory } from './lock.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { loadSecrets } from './secrets.ts';
import type { Engine, Engines, StartOptions } from './types.ts';

export { type Engine, type EngineEnv, EngineError, type Engines, type StartOptions } from './types.ts';

/**
 * Starts (or connects to) PostgreSQL, Redis and Chroma; resolves once all three answer. If one cannot start, the others
 * are stopped again.
 *
 * @throws EngineError that says what to do
 */
export async function startEngines(options: StartOptions): Promise<Engines> {
  const { env = process.env, log = () => undefined, fsync = true } = options;
  const dataDir = resolve(options.dataDir);
  const unlock = lockDirectory(dataDir);
  try {
    const secrets = loadSecrets(dataDir);
    const token = env.UPSTASH_REDIS_REST_TOKEN ?? secrets.upstashToken;
    const [postgres, redis, chroma] = await allOrNone(
      timed(log, () =>
        startPostgres({
          dataDir: join(dataDir, 'postgres'),
          password: secrets.postgresPassword,
          databaseUrl: env.DATABASE_URL,
          fsync,
          log,
        }),
      ),
      timed(log, () =>
        startRedis({
          dataDir: join(dataDir, 'redis'),
          password: secrets.redisPassword,
          token,
          redisUrl: env.REDIS_URL,
          embedded: env.AUREN_EMBEDDED_REDIS === '1',
          log,
        }),
      ),
      timed(log, () =>
        startChroma({ dataDir: resolve(env.CHROMADB_PATH ?? join(dataDir, 'chroma')), chromaUrl: env.CHROMA_URL, log }),
      ),
    );
    const all = [postgres, redis, chroma];
    let stopping: Promise<void> | undefined;
    return {
      postgres,
      redis,
      chroma,
      env: {
        DATABASE_URL: postgres.nativeUrl,
        AUREN_NEON_ENDPOINT: postgres.url,
        UPSTASH_REDIS_REST_URL: redis.url,
        UPSTASH_REDIS_REST_TOKEN: token,
        CHROMA_URL: chroma.url,
      },
      describe: () => all.map(({ description }) => description),
      stop() {
        stopping ??= Promise.all(all.map((engine) => engine.stop())).then(unlock);
        return stopping;
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function timed<E extends Engine>(log: (line: string) => void, start: () => Promise<E>): Promise<E> {
  const begun = performance.now();
  const engine = await start();
  log(`${engine.description} (${Math.round(performance.now() - begun)} ms)`);
  return engine;
}

async function allOrNone<T extends Engine[]>(...starting: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const settled = await Promise.allSettled(starting);
  const failed = settled.find((one) => one.status === 'rejected');
  if (!failed) return settled.map((one) => (one as PromiseFulfilledResult<Engine>).value) as T;
  await Promise.all(settled.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
  throw failed.reason;
}
