/**
 * Chroma: one collection per tenant and model, reached by a cached id. A collection that vanished is made anew by the next write.
 * Every call has a deadline that aborts its request, and fails as `EngineUnavailable` unless the request itself was wrong.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChromaClient,
  type ChromaClientArgs,
  ChromaClientError,
  ChromaNotFoundError,
  ChromaValueError,
  type Collection,
} from 'chromadb';
import pLimit from 'p-limit';
import type { ChromaConfig } from '../config.ts';
import { EngineUnavailable } from '../errors.ts';
import { collectionName, collectionPrefix, nextCollectionName } from '../keys.ts';
import { timed } from '../timing.ts';

/** Default lists lose a third of the neighbors where users of unequal size are loaded one after the other (DESIGN.md). */
export const HNSW = { space: 'cosine', max_neighbors: 32, ef_construction: 200, ef_search: 400 } as const;
/** Chroma Cloud takes and gives at most 300 records a call. */
export const RECORDS_PER_CALL = 300;

/** More at once only wait inside Chroma, on the clock of their own timeout. Chroma Cloud takes 10 a collection. */
const READS_AT_ONCE = 4;

/** Collections are listed in pages: a database of many tenants has many. */
const NAMES_PER_CALL = 1_000;

const READ_TIMEOUT_MS = 2_000;
export const WRITE_TIMEOUT_MS = 15_000;

/**
 * A single node answers so to reads of a collection whose first write is under way, for some milliseconds. Where it stays so, its files
 * are gone, and that is a fault.
 */
const BEING_BEGUN = 'Nothing found on disk';
const BEING_BEGUN_TRIES = 15;
const BEING_BEGUN_PAUSE_MS = 20;

/** `work` makes the calls on the collection and nothing else: what it throws is taken for Chroma's error. */
type Work<T> = (collection: Collection) => Promise<T>;

export interface Chroma {
  /** Null where the tenant has no collection of this model yet. */
  read<T>(tenantId: string, work: Work<T>, timeoutMs?: number): Promise<T | null>;
  /** Makes the collection where there is none. */
  write<T>(tenantId: string, work: Work<T>, timeoutMs?: number): Promise<T>;
  heartbeat(timeoutMs: number): Promise<void>;
  /** Asks Chroma itself, not what was known of it. */
  exists(tenantId: string): Promise<boolean>;
  /** Gives the collection that was filled aside the name of the one that serves, in whose place it comes. */
  publish(tenantId: string): Promise<void>;
  /** Drops the tenant's collections, of whatever model; with `serving`, all but the one that serves this model. */
  drop(tenantId: string, keep: 'serving' | 'none'): Promise<void>;
}

export interface ChromaOptions {
  /** Works on the collection that is filled aside instead of the one that serves. */
  aside?: boolean;
}

/** The client has no signal per call and asks for its limits first, so every call gets a light client that knows them already. */
class OneCallClient extends ChromaClient {
  constructor(args: Partial<ChromaClientArgs>, limits: ChromaClient['preflightChecks']) {
    super(args);
    this.preflightChecks = limits;
  }
}

export function createChroma(config: ChromaConfig, model: string, { aside = false }: ChromaOptions = {}): Chroma {
  const nameOf = aside ? nextCollectionName : collectionName;
  const url = new URL(config.url);
  const ssl = url.protocol === 'https:';
  const address: Partial<ChromaClientArgs> = {
    ssl,
    host: url.hostname,
    port: Number(url.port || (ssl ? 443 : 80)),
    tenant: config.tenant ?? 'default_tenant',
    database: config.database ?? 'default_database',
    ...(config.apiKey === undefined ? {} : { headers: { 'x-chroma-token': config.apiKey } }),
  };
  const ids = new Map<string, string>();
  let limits: ChromaClient['preflightChecks'];
  const reading = pLimit(READS_AT_ONCE);

  async function call<T>(timeoutMs: number, work: (client: ChromaClient) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(timeoutMs);
    const client = new OneCallClient({ ...address, fetchOptions: { signal } }, limits);
    return await timed('chroma', async () => {
      try {
        return await work(client);
      } catch (error) {
        const isOurFault = error instanceof ChromaValueError || error instanceof ChromaClientError;
        throw isOurFault ? error : new EngineUnavailable('chroma', error);
      } finally {
        limits = client.preflightChecks;
      }
    });
  }

  async function idOf(client: ChromaClient, tenantId: string, create: boolean): Promise<string> {
    const known = ids.get(tenantId);
    if (known !== undefined) return known;
    const name = nameOf(tenantId, model);
    const { id } = create
      ? await client.getOrCreateCollection({ name, embeddingFunction: null, configuration: { hnsw: HNSW } })
      : await client.getCollection({ name });
    ids.set(tenantId, id);
    return id;
  }

  /** Runs on the known collection, and once more on a fresh one if that is gone. */
  async function onCollection<T>(client: ChromaClient, tenantId: string, create: boolean, work: Work<T>): Promise<T> {
    const known = ids.get(tenantId);
    const id = await idOf(client, tenantId, create);
    try {
      return await work(client.collection(id));
    } catch (error) {
      if (!(error instanceof ChromaNotFoundError)) throw error;
      ids.delete(tenantId);
      if (known === undefined) throw error;
      return await work(client.collection(await idOf(client, tenantId, create)));
    }
  }

  async function readOnce<T>(client: ChromaClient, tenantId: string, work: Work<T>): Promise<T | null> {
    try {
      return await onCollection(client, tenantId, false, work);
    } catch (error) {
      if (error instanceof ChromaNotFoundError) return null;
      throw error;
    }
  }

  async function readBegun<T>(client: ChromaClient, tenantId: string, work: Work<T>): Promise<T | null> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await readOnce(client, tenantId, work);
      } catch (error) {
        const isBegun = !(error instanceof Error && error.message.includes(BEING_BEGUN));
        if (isBegun || tries === BEING_BEGUN_TRIES) throw error;
      }
      await sleep(BEING_BEGUN_PAUSE_MS);
    }
  }

  return {
    read: (tenantId, work, timeoutMs = READ_TIMEOUT_MS) =>
      reading(() => call(timeoutMs, (client) => readBegun(client, tenantId, work))),
    write: (tenantId, work, timeoutMs = WRITE_TIMEOUT_MS) =>
      call(timeoutMs, (client) => onCollection(client, tenantId, true, work)),
    async heartbeat(timeoutMs) {
      await call(timeoutMs, (client) => client.heartbeat());
    },
    exists: (tenantId) =>
      call(READ_TIMEOUT_MS, async (client) => (await collectionNamed(client, nameOf(tenantId, model))) !== null),
    publish: (tenantId) =>
      call(WRITE_TIMEOUT_MS, async (client) => {
        const name = collectionName(tenantId, model);
        const next = await collectionNamed(client, nextCollectionName(tenantId, model));
        if (next === null) throw new Error('there is no collection to publish: fill it first');
        if ((await collectionNamed(client, name)) !== null) await client.deleteCollection({ name });
        await next.modify({ name });
        ids.delete(tenantId);
      }),
    drop: (tenantId, keep) =>
      call(WRITE_TIMEOUT_MS, async (client) => {
        const serving = collectionName(tenantId, model);
        for (const name of await namesOf(client, collectionPrefix(tenantId))) {
          if (keep === 'none' || name !== serving) await client.deleteCollection({ name });
        }
      }),
  };
}

async function collectionNamed(client: ChromaClient, name: string): Promise<Collection | null> {
  try {
    return await client.getCollection({ name });
  } catch (error) {
    if (error instanceof ChromaNotFoundError) return null;
    throw error;
  }
}

async function namesOf(client: ChromaClient, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for (let offset = 0; ; offset += NAMES_PER_CALL) {
    const page = await client.listCollections({ limit: NAMES_PER_CALL, offset });
    names.push(...page.map(({ name }) => name).filter((name) => name.startsWith(prefix)));
    if (page.length < NAMES_PER_CALL) return names;
  }
}

/** Pages of at most `size`. */
export function pages<T>(items: readonly T[], size: number = RECORDS_PER_CALL): T[][] {
  const cut: T[][] = [];
  for (let at = 0; at < items.length; at += size) cut.push(items.slice(at, at + size));
  return cut;
}
