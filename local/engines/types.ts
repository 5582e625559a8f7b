/** What the local engines look like to the rest of the local run and to the tests. */

export type Log = (line: string) => void;

/** Told when an engine is reached under an address of its own, or started, or in process. */
export type EngineOrigin = 'started' | 'external' | 'in-process';

/**
 * One engine, started here or reached elsewhere. The controls below are for tests of outages and restores; an external
 * engine refuses them, because it is not ours to stop.
 */
export interface Engine {
  readonly name: 'postgres' | 'redis' | 'chroma';
  /** Where the production client connects: the vendor's HTTP protocol. */
  readonly url: string;
  /** The engine's own address, for tools such as psql and redis-cli. Holds the password: never log it. */
  readonly nativeUrl: string;
  readonly origin: EngineOrigin;
  /** One line for the start-up banner, without secrets. */
  readonly description: string;
  /** The engine's process id, undefined while it is down or when it is not a process of ours. */
  pid(): number | undefined;
  /** SIGKILL; it stays down until `revive()`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; resolves once it answers. */
  revive(): Promise<void>;
  /** Stops it cleanly, copies its data aside and starts it again. Returns the name of the copy for `rollback()`. */
  save(): Promise<string>;
  /** SIGKILL, puts the copy in place of the data and starts it again: a restore from a backup. */
  rollback(saved: string): Promise<void>;
  /** Resolves when its files hold nothing of what was removed before; absent where that is not ours to do, or nothing is kept. */
  rewrite?(): Promise<void>;
  /** Stops it cleanly, for good. */
  stop(): Promise<void>;
}

/** The variables the production configuration reads; they point its clients at these engines. */
export interface EngineEnv extends Record<string, string> {
  DATABASE_URL: string;
  /** Value for `neonConfig.fetchEndpoint`. */
  AUREN_NEON_ENDPOINT: string;
  UPSTASH_REDIS_REST_URL: string;
  UPSTASH_REDIS_REST_TOKEN: string;
  CHROMA_URL: string;
}

export interface Engines {
  readonly postgres: Engine;
  readonly redis: Engine;
  readonly chroma: Engine;
  readonly env: EngineEnv;
  /** One line an engine, for the start-up banner. */
  describe(): string[];
  /** Stops everything, cleanly. Safe to call twice. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Everything the engines keep; made when absent. */
  dataDir: string;
  /** `DATABASE_URL`, `REDIS_URL`, `CHROMA_URL`, `CHROMADB_PATH` and `AUREN_EMBEDDED_REDIS` are read from here. */
  env?: NodeJS.ProcessEnv;
  log?: Log;
  /** Off only in tests: an acknowledged write then survives a killed engine, not a power cut. */
  fsync?: boolean;
}

/** An engine that cannot start or be reached. The message says what to do. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}
