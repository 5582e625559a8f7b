/** Redis for the local run: a server found on PATH, supervised, or the one `REDIS_URL` names, or one in process. */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { startFrontThread } from './front-thread.ts';
import { freePort, LOOPBACK } from './port.ts';
import { rewriteFile } from './redis-rewrite.ts';
import { Supervisor } from './supervise.ts';
import { type Engine, EngineError, type Log } from './types.ts';
import { startUpstashFront } from './upstash-front.ts';
import { externalEngine, type Front, supervisedEngine } from './wrap.ts';

export interface RedisOptions {
  dataDir: string;
  password: string;
  /** Bearer token of the Upstash front. */
  token: string;
  log: Log;
  /** A Redis to use instead of starting one. */
  redisUrl?: string | undefined;
  /** The in-process Redis even where a server is on PATH. */
  embedded?: boolean;
}

export interface RedisEngine extends Engine {
  readonly name: 'redis';
}

const SERVERS = ['redis-server', 'valkey-server'];
const CONNECT_WITHIN_MS = 5_000;

/** Path of the server that would be started. */
export const findRedisServer = (): string | undefined => findOnPath(SERVERS);

export async function startRedis(options: RedisOptions): Promise<RedisEngine> {
  if (options.redisUrl) return connectRedis(options.redisUrl, options);
  const server = options.embedded ? undefined : findRedisServer();
  return server ? startServer(server, options) : startInProcess(options);
}

async function startServer(server: string, { dataDir, password, token, log }: RedisOptions): Promise<RedisEngine> {
  const port = await freePort();
  const nativeUrl = `redis://:${password}@${LOOPBACK}:${port}`;
  const supervisor = new Supervisor(
    {
      name: 'Redis',
      dataDir,
      prepare: async () => writeConfiguration(dataDir, port, password),
      command: () => ({ file: server, args: [join(dataDir, 'redis.conf')] }),
      isReady: () => answers(nativeUrl),
      stopSignal: 'SIGTERM',
      explain: explainOutput,
      transient: /Address already in use/,
    },
    log,
  );
  await supervisor.start();
  let front: Front;
  try {
    front = await startFrontThread({ kind: 'upstash', redisUrl: nativeUrl, token }, log);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  const description = `${server.split('/').at(-1)} ${LOOPBACK}:${port}, append-only file in ${dataDir}`;
  return {
    ...supervisedEngine('redis', supervisor, front, { nativeUrl, description }),
    rewrite: () => rewriteFile(nativeUrl),
  };
}

/** The library is loaded only here: it is large, and most machines have a server. */
async function startInProcess({ token, log, embedded }: RedisOptions): Promise<RedisEngine> {
  const { startEmbeddedRedis } = await import('./embedded-redis.ts');
  const redis = await startEmbeddedRedis();
  const front = await startUpstashFront({ link: redis, token, log });
  const why = embedded ? 'AUREN_EMBEDDED_REDIS' : 'no redis-server or valkey-server on PATH';
  return {
    name: 'redis',
    origin: 'in-process',
    url: front.url,
    nativeUrl: '',
    description: `in-process Redis (${why}): the hot tier is empty after a restart and fills again from the log`,
    pid: () => undefined,
    ...redis.controls,
    stop: () => front.close(),
  };
}

async function connectRedis(redisUrl: string, { token, log }: RedisOptions): Promise<RedisEngine> {
  if (!URL.canParse(redisUrl) || !/^rediss?:$/.test(new URL(redisUrl).protocol)) {
    throw new EngineError('REDIS_URL must read redis://user:password@host:port/database.');
  }
  const { host } = new URL(redisUrl);
  const failure = await whyUnreachable(redisUrl);
  if (failure)
    throw new EngineError(
      `Redis at ${host} (REDIS_URL) does not let us in: ${failure}. Check that it runs and that the password is right.`,
    );
  const front = await startFrontThread({ kind: 'upstash', redisUrl, token }, log);
  return externalEngine('redis', front, { nativeUrl: redisUrl, description: `Redis at ${host} (REDIS_URL)` });
}

/** The password stands in a file of ours alone, not among the arguments that every user of the machine can list. */
function writeConfiguration(dataDir: string, port: number, password: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lines = [
    `bind ${LOOPBACK}`,
    `port ${port}`,
    `dir ${JSON.stringify(dataDir)}`,
    `requirepass ${password}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'daemonize no',
    'maxmemory-policy noeviction',
  ];
  writeFileSync(join(dataDir, 'redis.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

async function answers(url: string): Promise<boolean> {
  return (await whyUnreachable(url)) === undefined;
}

/** Why Redis does not answer a PING, or nothing if it does. A server that still loads its data does not answer. */
async function whyUnreachable(url: string): Promise<string | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: CONNECT_WITHIN_MS,
    maxRetriesPerRequest: 0,
  });
  let reason: string | undefined;
  redis.on('error', (error) => {
    reason = error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
    return undefined;
  } catch (error) {
    return reason ?? (error as Error).message;
  } finally {
    redis.disconnect();
  }
}

function findOnPath(names: string[]): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Absent or not ours to run, which is the question asked.
  }
}

function explainOutput(output: string): string | undefined {
  if (/Bad file format reading the append only file/.test(output)) {
    return `Redis: its append-only file is damaged. Run "redis-check-aof --fix" on it, or remove the redis directory: the hot tier fills again from the log.\n${output.trim()}`;
  }
  if (/Address already in use/.test(output)) return 'Redis: its port is taken. Start again to get another one.';
  return undefined;
}
