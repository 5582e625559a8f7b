/** Engines that die, that are restored, that are started twice: with the production clients. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { neon, neonConfig } from '@neondatabase/serverless';
import { Redis } from '@upstash/redis';
import { ChromaClient } from 'chromadb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError, type Engines, startEngines } from '../../../local/engines/main.ts';
import { isAlive } from '../../../local/engines/processes.ts';
import { removeDirectory, temporaryDirectory } from '../../support/engine-directory.ts';
import { ownEngines } from '../../support/engines.ts';
import { hasRedisServer } from '../../support/redis-server.ts';

const made: string[] = [];
const freshDirectory = () => {
  const directory = temporaryDirectory();
  made.push(directory);
  return directory;
};
afterAll(() => made.forEach(removeDirectory));

const BACK_WITHIN_MS = 15_000;
const backAgain = { timeout: BACK_WITHIN_MS, interval: 50 };

function clients({ env }: Engines) {
  neonConfig.fetchEndpoint = env.AUREN_NEON_ENDPOINT;
  const { hostname, port } = new URL(env.CHROMA_URL);
  return {
    sql: neon(env.DATABASE_URL),
    redis: new Redis({
      url: env.UPSTASH_REDIS_REST_URL,
      token: env.UPSTASH_REDIS_REST_TOKEN,
      retry: false,
      automaticDeserialization: false,
    }),
    chroma: new ChromaClient({ host: hostname, port: Number(port), ssl: false }),
  };
}

async function fill(engines: Engines): Promise<void> {
  const { sql, redis, chroma } = clients(engines);
  await sql.transaction([sql`create table kept (value text)`, sql`insert into kept values ('in PostgreSQL')`]);
  await redis.set('kept', 'in Redis');
  const collection = await chroma.createCollection({ name: 'kept', embeddingFunction: null });
  await collection.add({
    ids: ['near', 'far'],
    embeddings: [
      [1, 0, 0],
      [0, 1, 0],
    ],
    documents: ['in Chroma', 'elsewhere'],
  });
}

/** What `fill` stored, asked of all three; throws while one is down. */
async function recall(engines: Engines): Promise<string[]> {
  const { sql, redis, chroma } = clients(engines);
  const [row] = await sql`select value from kept`;
  const collection = await chroma.getCollection({ name: 'kept' });
  const { documents } = await collection.query({ queryEmbeddings: [[0.9, 0.1, 0]], nResults: 1 });
  return [String(row?.value), String(await redis.get('kept')), String(documents[0]?.[0])];
}

const KEPT = ['in PostgreSQL', 'in Redis', 'in Chroma'];
const failing = (work: Promise<unknown>) =>
  work.then(
    () => false,
    () => true,
  );

describe.skipIf(!hasRedisServer)('a set of engines', () => {
  const engines = ownEngines();
  beforeAll(() => fill(engines()));

  it.each(['postgres', 'redis', 'chroma'] as const)(
    '%s comes back by itself with its data after SIGKILL',
    async (name) => {
      const engine = engines()[name];
      const before = engine.pid();
      if (before === undefined) throw new Error(`${name} is not a process here`);

      process.kill(before, 'SIGKILL');
      await expect.poll(() => failing(recall(engines())), { timeout: 2_000, interval: 5 }).toBe(true);

      await expect.poll(() => recall(engines()).catch((error: Error) => error.message), backAgain).toEqual(KEPT);
      expect(engine.pid()).not.toBe(before);
    },
  );

  it.each(['postgres', 'redis', 'chroma'] as const)('%s stays down after kill() until revive()', async (name) => {
    const engine = engines()[name];

    await engine.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const failed = await failing(recall(engines()));
    await engine.revive();

    expect(failed).toBe(true);
    await expect.poll(() => recall(engines()).catch((error: Error) => error.message), backAgain).toEqual(KEPT);
  });

  it('answers 503 while PostgreSQL is down, so that the client raises', async () => {
    await engines().postgres.kill();
    const { sql } = clients(engines());
    const refused = sql`select 1`;

    await expect(refused).rejects.toThrow(/HTTP status 503/);
    await engines().postgres.revive();
    await expect
      .poll(() => sql`select 1 as one`.catch((error: Error) => error.message), backAgain)
      .toEqual([{ one: 1 }]);
  });

  it('goes back to a saved state', async () => {
    const { redis, sql } = clients(engines());
    const [savedRedis, savedPostgres] = [await engines().redis.save(), await engines().postgres.save()];
    await expect.poll(() => redis.set('kept', 'later').catch((error: Error) => error.message), backAgain).toBe('OK');
    await expect
      .poll(() => sql`update kept set value = 'later'`.catch((error: Error) => error.message), backAgain)
      .toEqual([]);

    await engines().redis.rollback(savedRedis);
    await engines().postgres.rollback(savedPostgres);

    await expect.poll(() => recall(engines()).catch((error: Error) => error.message), backAgain).toEqual(KEPT);
  });

  it('refuses a second start on the same data and allows one beside it', async () => {
    const dataDir = readDirectoryOf(engines());
    const elsewhere = freshDirectory();

    await expect(startEngines({ dataDir, env: {} })).rejects.toThrow(/already runs on .*AUREN_DATA_DIR/);
    const beside = await startEngines({ dataDir: elsewhere, env: {}, fsync: false });
    const [row] = await clients(beside).sql`select current_database() as name`;
    await beside.stop();

    expect(row).toEqual({ name: 'auren' });
  });
});

describe.skipIf(!hasRedisServer)("engines of one's own", () => {
  const engines = ownEngines();
  beforeAll(() => fill(engines()));

  it('are used instead of starting any, and are not ours to stop', async () => {
    const { postgres, redis, chroma } = engines();
    const env = { DATABASE_URL: postgres.nativeUrl, REDIS_URL: redis.nativeUrl, CHROMA_URL: chroma.url };

    const connected = await startEngines({ dataDir: freshDirectory(), env });
    const found = await recall(connected);
    const refusal = connected.redis.kill();

    expect(found).toEqual(KEPT);
    expect([connected.postgres, connected.redis, connected.chroma].map(({ origin }) => origin)).toEqual(
      Array(3).fill('external'),
    );
    await expect(refusal).rejects.toThrow('not ours to stop');
    await connected.stop();
    expect(await recall(engines())).toEqual(KEPT);
  });

  it.each([
    ['DATABASE_URL', 'postgresql://nobody:secret@127.0.0.1:1/none', /PostgreSQL at 127.0.0.1:1 \(DATABASE_URL\)/],
    ['DATABASE_URL', 'mysql://x', /DATABASE_URL must read postgresql:/],
    ['REDIS_URL', 'redis://:secret@127.0.0.1:1', /Redis at 127.0.0.1:1 \(REDIS_URL\)/],
    ['CHROMA_URL', 'http://127.0.0.1:1', /Chroma at 127.0.0.1:1 \(CHROMA_URL\)/],
  ])('that cannot be reached stop the start and are named: %s %s', async (name, value, message) => {
    const { postgres, redis, chroma } = engines();
    const env = { DATABASE_URL: postgres.nativeUrl, REDIS_URL: redis.nativeUrl, CHROMA_URL: chroma.url, [name]: value };

    const failure = await startEngines({ dataDir: freshDirectory(), env }).catch((error: Error) => error);

    expect(failure).toBeInstanceOf(EngineError);
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).not.toContain('secret');
  });

  it('of another PostgreSQL version are refused with what to do', async () => {
    const dataDir = freshDirectory();
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
    const { redis, chroma } = engines();

    const starting = startEngines({ dataDir, env: { REDIS_URL: redis.nativeUrl, CHROMA_URL: chroma.url } });

    await expect(starting).rejects.toThrow(/written by PostgreSQL 15; this one is 18/);
  });
});

/** The description of Redis ends with its directory. */
const readDirectoryOf = ({ redis }: Engines) => join(redis.description.split(' in ').at(-1) ?? '', '..');

describe.skipIf(!hasRedisServer)('data', () => {
  it('survive a stop and a start', async () => {
    const dataDir = freshDirectory();
    const first = await startEngines({ dataDir, env: {} });
    await fill(first);
    await first.stop();

    const second = await startEngines({ dataDir, env: {} });
    const found = await recall(second);
    await second.stop();

    expect(found).toEqual(KEPT);
  });
});

describe.skipIf(!hasRedisServer)('a run that is killed', () => {
  it('leaves no engine behind', async () => {
    const dataDir = freshDirectory();
    const main = pathToFileURL(join(import.meta.dirname, '../../../local/engines/main.ts')).href;
    const program = `import { startEngines } from '${main}';
      const { postgres, redis, chroma } = await startEngines({ dataDir: ${JSON.stringify(dataDir)}, env: {}, fsync: false });
      console.log(JSON.stringify([postgres.pid(), redis.pid(), chroma.pid()]));
      setInterval(() => {}, 1000);`;
    const run = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids = await new Promise<number[]>((resolve) =>
      run.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()))),
    );
    const alive = pids.map(isAlive);

    run.kill('SIGKILL');

    expect(alive).toEqual([true, true, true]);
    await expect.poll(() => pids.map(isAlive), { timeout: 10_000, interval: 50 }).toEqual([false, false, false]);
    const next = await startEngines({ dataDir, env: {}, fsync: false });
    expect(readFileSync(join(dataDir, 'engines.lock'), 'utf8')).toContain(String(process.pid));
    await next.stop();
  });
});
