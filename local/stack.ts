/** The whole local run in one process: port, engines, schema, default tenant, gateway, queues, schedules. `main.ts` and the tests start it. */
import { composeAuthorize, usePorts } from '@auren/memory/compose.ts';
import type { Embedder } from '@auren/memory/embedding/port.ts';
import { logFrom } from '../functions/shared/log.ts';
import { LocalClock } from './clock.ts';
import { DataDir } from './data-dir.ts';
import { developmentKey } from './development-key.ts';
import { localEmbedder } from './embedder.ts';
import { type Engines, startEngines } from './engines/main.ts';
import { LOOPBACK } from './engines/port.ts';
import type { Log } from './engines/types.ts';
import { applyEnvironment, applySocketEnvironment } from './environment.ts';
import { Functions, functionNamed, QUEUE_FUNCTIONS, SCHEDULE_FUNCTIONS } from './gateway/functions.ts';
import { type GatewayServer, listen } from './gateway/server.ts';
import { Management } from './gateway/socket/management.ts';
import { SOCKET_PATH, SocketGateway } from './gateway/socket/socket-gateway.ts';
import { masterKey } from './master-key.ts';
import { LocalQueue } from './queue.ts';
import { residueOf } from './residue.ts';
import { LocalScheduler } from './scheduler.ts';
import { serving } from './serving.ts';
import { readSettings, type Settings } from './settings.ts';
import { adminKey, createTenant } from './tenants.ts';

export interface StackOptions {
  /** Overrides `PORT`; 0 takes a free one. */
  readonly port?: number;
  /** Overrides `AUREN_DATA_DIR`. */
  readonly dataDir?: string;
  readonly log?: Log;
  /** Engines that run already and stay the caller's. */
  readonly engines?: Pick<Engines, 'env' | 'describe'>;
  /** In place of the one that `EMBEDDING_MODEL` names. */
  readonly embedder?: Embedder;
  /** The tenant of the development key. */
  readonly tenantId?: string;
  /** Off only in tests: an acknowledged write then survives a killed engine, not a power cut. */
  readonly fsync?: boolean;
}

export interface Stack {
  readonly url: string;
  /** Where the live feed's WebSocket is. */
  readonly socketUrl: string;
  /** Admin key of the default tenant. */
  readonly key: string;
  readonly keyIsNew: boolean;
  readonly dataDir: string;
  readonly clock: LocalClock;
  readonly queue: LocalQueue;
  readonly functions: Functions;
  /** Undefined where the caller brought its own. */
  readonly engines: Engines | undefined;
  /** One line an engine. */
  describe(): string[];
  /** Makes a tenant and answers its first admin key. */
  tenant(tenantId: string): Promise<string>;
  /** Closes WebSockets, drains the gateway, then stops schedules, queues and engines. Safe to call twice. */
  stop(): Promise<void>;
}

const DEFAULT_TENANT = 'local';

/**
 * Starts everything; on failure, what has started is stopped again. It sets variables of this process, which the domain
 * reads, and the functions keep what they composed: one stack in the life of a process.
 *
 * @throws StartError or EngineError, whose messages say what to do
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  if (isComposed) throw new Error('a process can start one stack: start the second one in another process');
  const settings = readSettings(process.env);
  const started = new Started();
  try {
    return await bringUp(options, settings, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** Functions keep what they have composed for as long as the process lives, as in Lambda: a second stack would serve the first one's. */
let isComposed = false;

/** What runs, in the order in which it has to stop. */
class Started {
  sockets?: SocketGateway;
  server?: GatewayServer;
  scheduler?: LocalScheduler;
  queue?: LocalQueue;
  embedder?: Embedder;
  engines?: Engines;
  #stopping: Promise<void> | undefined;

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    // First, and while the functions still run: the server would wait for them, and their ends are told.
    await this.sockets?.close();
    await this.server?.close();
    await this.scheduler?.stop();
    await this.queue?.stop();
    await this.embedder?.close();
    await this.engines?.stop();
  }
}

async function bringUp(options: StackOptions, settings: Settings, started: Started): Promise<Stack> {
  const { log = () => undefined, tenantId = DEFAULT_TENANT } = options;
  const server = await listen(options.port ?? settings.port, log);
  started.server = server;
  const embedder = options.embedder ?? localEmbedder(process.env);
  if (embedder && !options.embedder) started.embedder = embedder;
  const dataDir = new DataDir(options.dataDir ?? settings.dataDir);
  const clock = new LocalClock(dataDir);
  const engines = await enginesFor(options, dataDir, log, started);
  applyEnvironment(process.env, engines.env, masterKey(dataDir, process.env));
  const accessKeyId = applySocketEnvironment(process.env, `http://${LOOPBACK}:${server.port}`);

  const functions = new Functions();
  const queue = new LocalQueue({ functions, consumers: QUEUE_FUNCTIONS, log });
  started.queue = queue;
  isComposed = true;
  usePorts({
    clock,
    poke: queue,
    ...(embedder && { embedder }),
    ...(started.engines && { residue: residueOf(started.engines.redis) }),
  });
  logFrom('warn');
  // The model loads while the schema is made: the first search would otherwise wait for it, past its deadline.
  await Promise.all([embedder?.embedQuery('warm-up'), functions.call(functionNamed('migrate'), {})]);
  const development = await developmentKey(dataDir, isKnown, () => adminKey(functions, tenantId));

  const sockets = new SocketGateway({ functions, clock, log, throttle: settings.throttle });
  started.sockets = sockets;
  const management = new Management({ sockets, accessKeyId });
  server.serve(serving({ settings, functions, clock, management, log }));
  server.server.on('upgrade', sockets.upgrade.bind(sockets));
  started.scheduler = new LocalScheduler({ functions, schedules: SCHEDULE_FUNCTIONS, clock, log });
  return {
    url: `http://${LOOPBACK}:${server.port}`,
    socketUrl: `ws://${LOOPBACK}:${server.port}${SOCKET_PATH}`,
    key: development.apiKey,
    keyIsNew: development.isNew,
    dataDir: dataDir.path,
    clock,
    queue,
    functions,
    engines: started.engines,
    describe: () => engines.describe(),
    tenant: async (id) => (await createTenant(functions, id)).api_key,
    stop: () => started.stop(),
  };
}

async function enginesFor(options: StackOptions, dataDir: DataDir, log: Log, started: Started) {
  if (options.engines) return options.engines;
  const { fsync = true } = options;
  started.engines = await startEngines({ dataDir: dataDir.path, env: process.env, log, fsync });
  return started.engines;
}

async function isKnown(apiKey: string): Promise<boolean> {
  const { authenticate } = await composeAuthorize();
  return (await authenticate(apiKey)) !== null;
}
