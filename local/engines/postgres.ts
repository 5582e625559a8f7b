/** PostgreSQL for the local run: the one from npm, supervised, or the one `DATABASE_URL` names; behind a Neon front. */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { startFrontThread } from './front-thread.ts';
import { freePort, isListening, LOOPBACK } from './port.ts';
import { asUser, cleanEnv, explainOutput, findPrograms, makeDataDirectory, userToRunAs } from './postgres-files.ts';
import { commandOf, isAlive } from './processes.ts';
import { Supervisor } from './supervise.ts';
import { type Engine, EngineError, type Log } from './types.ts';
import { externalEngine, type Front, supervisedEngine } from './wrap.ts';

export interface PostgresOptions {
  dataDir: string;
  password: string;
  log: Log;
  /** A PostgreSQL to use instead of starting one. */
  databaseUrl?: string | undefined;
  port?: number;
  fsync?: boolean;
}

export interface PostgresEngine extends Engine {
  readonly name: 'postgres';
}

const DATABASE = 'auren';
const SETTINGS: Record<string, string> = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '100',
  idle_in_transaction_session_timeout: '5s',
  // Fewer, larger checkpoints: a bulk load otherwise waits for one every few seconds.
  max_wal_size: '2GB',
  log_min_messages: 'fatal',
  log_timezone: 'UTC',
  timezone: 'UTC',
};
/** synchronous_commit stays on: without it a SIGKILL loses the last 200 ms of acknowledged commits. */
const NO_FSYNC: Record<string, string> = { fsync: 'off', full_page_writes: 'off' };

/** Starts PostgreSQL (or connects to `databaseUrl`) and its Neon front; resolves once the database `auren` answers. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresEngine> {
  if (options.databaseUrl) return connectPostgres(options.databaseUrl, options.log);
  const port = options.port ?? (await freePort());
  if (options.port !== undefined && (await isListening(port))) {
    throw new EngineError(`PostgreSQL: port ${port} is taken. Choose another one, or leave it out to get a free one.`);
  }
  const url = `postgresql://postgres:${options.password}@${LOOPBACK}:${port}/${DATABASE}`;
  const supervisor = new Supervisor(await engineProcess(options, port), options.log);
  await supervisor.start();
  let front: Front;
  try {
    await makeDatabase(url);
    front = await startFrontThread({ kind: 'neon', databaseUrl: url }, options.log);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  const description = `PostgreSQL 18 embedded, ${LOOPBACK}:${port}, data in ${options.dataDir}`;
  return supervisedEngine('postgres', supervisor, front, { nativeUrl: url, description });
}

async function connectPostgres(databaseUrl: string, log: Log): Promise<PostgresEngine> {
  const { host, version } = await checkUrl(databaseUrl);
  const front = await startFrontThread({ kind: 'neon', databaseUrl }, log);
  return externalEngine('postgres', front, {
    nativeUrl: databaseUrl,
    description: `PostgreSQL ${version} at ${host} (DATABASE_URL)`,
  });
}

async function engineProcess(options: PostgresOptions, port: number) {
  const { dataDir } = options;
  const programs = await findPrograms();
  const runAs = await userToRunAs(programs, dirname(dataDir));
  await makeDataDirectory(programs, dataDir, runAs, options.password);
  const settings = { ...SETTINGS, ...(options.fsync === false ? NO_FSYNC : {}) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: 'PostgreSQL',
    dataDir,
    prepare: () => dropStaleLock(dataDir),
    command: () => ({
      ...asUser(programs.postgres, ['-D', dataDir, '-p', String(port), ...flags], runAs),
      env: cleanEnv(),
    }),
    isReady: () => answers(`postgresql://postgres:${options.password}@${LOOPBACK}:${port}/postgres`),
    // Fast shutdown: ends the sessions; SIGTERM would wait for them.
    stopSignal: 'SIGINT' as const,
    explain: explainOutput,
    // After a SIGKILL the old backends take a moment to notice that their postmaster is gone.
    transient: /pre-existing shared memory block|lock file "postmaster.pid" already exists/,
  };
}

/**
 * Removes a postmaster.pid whose process id now belongs to another program: PostgreSQL would take that for itself and
 * refuse to start. The lock of a dead process stays: PostgreSQL reads from it whether backends of that run still live.
 */
async function dropStaleLock(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (content === undefined) return;
  const pid = Number.parseInt(content, 10);
  const command = pid > 0 && isAlive(pid) ? commandOf(pid) : '';
  if (command && !command.includes('postgres')) await rm(file, { force: true });
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined); // Also thrown by connect() below, which decides.
  try {
    await client.connect();
    return true;
  } catch {
    return false; // Not there yet, or still starting up: asked again until the deadline.
  } finally {
    await client.end().catch(() => undefined); // Never connected: nothing to close.
  }
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/[^/]+$/, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function checkUrl(databaseUrl: string): Promise<{ host: string; version: string }> {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined;
  const isComplete =
    url && /^postgres(ql)?:$/.test(url.protocol) && url.username && url.hostname && url.pathname.length > 1;
  if (!isComplete) {
    throw new EngineError(
      'DATABASE_URL must read postgresql://user:password@host:port/database, with user, host and database.',
    );
  }
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return { host: url.host, version: rows[0]?.server_version ?? '' };
  } catch (cause) {
    throw new EngineError(
      `PostgreSQL at ${url.host} (DATABASE_URL) does not let us in: ${(cause as Error).message}. Check that it runs and that user, password and database are right.`,
      { cause },
    );
  } finally {
    await client.end();
  }
}
