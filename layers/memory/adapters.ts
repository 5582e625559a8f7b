/**
 * From configuration to adapters, in steps that need more and more engines, so that a function bundles and opens only what it uses.
 * This and compose.ts are the only places that choose implementations. `@__PURE__` lets esbuild drop the
 * steps that a function does not take.
 */
import { createRedisKeyCache } from './auth/key-cache-redis.ts';
import { createPostgresApiKeys } from './auth/keys-postgres.ts';
import { createPostgresCatalog } from './catalog/catalog-postgres.ts';
import { createPostgresRepair } from './catalog/repair-postgres.ts';
import { type Chroma, createChroma } from './clients/chroma.ts';
import { createSnsPoke } from './clients/poke-sns.ts';
import { createPostgres, type Postgres } from './clients/postgres.ts';
import { createRedis } from './clients/redis.ts';
import { readSecret } from './clients/secret.ts';
import { systemClock } from './clock.ts';
import { awsCredentials, type Config, environment, loadConfig } from './config.ts';
import { createEmbedder } from './embedding/create.ts';
import { MODELS } from './embedding/models.ts';
import { searchableText } from './embedding/searchable-text.ts';
import { createPostgresErasures } from './erasure/erasures-postgres.ts';
import { createPostgresPersons } from './erasure/persons-postgres.ts';
import { providersResidue } from './erasure/residue.ts';
import { createRedisConnections } from './feed/connections-redis.ts';
import { createApiGatewayPoster } from './feed/poster-api-gateway.ts';
import { deriveKey } from './keys.ts';
import { createPostgresConsumers } from './log/consumers-postgres.ts';
import { createPostgresLog } from './log/log-postgres.ts';
import { createPostgresReplay } from './log/replay-postgres.ts';
import { once } from './once.ts';
import { createPostgresPatterns } from './patterns/patterns-postgres.ts';
import type { Poke } from './poke.ts';
import { createPostgresQueryLog } from './recall/query-log-postgres.ts';
import { createPostgresRecalls } from './recall/recalls-postgres.ts';
import { createPostgresLexical, createPostgresMembers } from './search/lexical-postgres.ts';
import { createNextIndex } from './search/next-index.ts';
import type { NextIndex } from './search/port.ts';
import { createChromaVectors } from './search/vectors-chroma.ts';
import { createPostgresSpaces } from './spaces/spaces-postgres.ts';
import { createColdTier } from './tiers/cold-chroma.ts';
import { createHotRedis } from './tiers/hot-redis.ts';
import { createSubjectKeys } from './tiers/subject-keys-postgres.ts';
import { createWarmTier } from './tiers/warm-postgres.ts';
import type { Ports } from './usecases/ports.ts';

/** Background work moves whole batches: it may wait longer for Redis than a request. */
const BULK_REDIS_DEADLINE_MS = 5_000;
/** A request with hundreds of memories takes Redis 20 to 30 ms alone, several at once wait for each other; and a caller waits for it. */
const BATCH_REDIS_DEADLINE_MS = 1_000;
const PROBE_MS = 2_000;

let chosen: Partial<Ports> = {};

/** One JSON line on stderr: a log line of Lambda. The cause's message alone: it is redacted where it was made. */
const warn: Ports['warn'] = (message, cause) => {
  const because = cause instanceof Error ? cause.message : String(cause);
  process.stderr.write(`${JSON.stringify({ level: 'warn', message, cause: because })}\n`);
};

/** In AWS the credentials come from one secret; what is set beside it stays. */
export const config = /* @__PURE__ */ once(async (): Promise<Config> => {
  const { AUREN_SECRET_ARN: arn } = environment;
  if (!arn) return loadConfig(environment);
  const aws = awsCredentials(environment);
  if (aws === undefined) throw new Error('AUREN_SECRET_ARN is set, but there are no AWS credentials to read it with.');
  return loadConfig({ ...(await readSecret(arn, aws)), ...environment });
});

export const postgres = /* @__PURE__ */ once(async (): Promise<Postgres> => createPostgres(await config()));

function pokeOf({ pokeTopicArn, aws }: Config): Poke {
  if (pokeTopicArn === undefined || aws === undefined) {
    throw new Error(
      'AUREN_POKE_TOPIC_ARN is not set: nobody would hear of new memories. Set it, or hand in another poke.',
    );
  }
  return createSnsPoke(pokeTopicArn, aws, warn);
}

const hotOf = (settings: Config, clock: Ports['clock'], deadlineMs?: number) =>
  createHotRedis({
    redis: createRedis(settings, deadlineMs === undefined ? {} : { deadlineMs }),
    capacity: settings.hotCapacity,
    leaseSeconds: settings.hotLeaseSeconds,
    clock,
  });

type ErasurePorts = Pick<Ports, 'persons' | 'erasures' | 'subjectKeys' | 'residue' | 'certificateKey'>;
export type CorePorts = Omit<Ports, 'cold' | 'vectors' | 'embedder' | 'probes' | 'poster' | keyof ErasurePorts>;

/** PostgreSQL and Redis: all that a store needs. */
export const core = /* @__PURE__ */ once(async (): Promise<CorePorts> => {
  if (isComplete(chosen)) return chosen;
  const settings = await config();
  const database = await postgres();
  const clock = chosen.clock ?? systemClock;
  return {
    clock,
    log: createPostgresLog(database),
    catalog: createPostgresCatalog(database),
    consumers: createPostgresConsumers(database),
    hot: hotOf(settings, clock),
    warm: createWarmTier(database),
    lexical: createPostgresLexical(database),
    members: createPostgresMembers(database),
    recalls: createPostgresRecalls(database),
    queries: createPostgresQueryLog(database),
    poke: chosen.poke ?? pokeOf(settings),
    apiKeys: createPostgresApiKeys(database),
    keyCache: createRedisKeyCache(createRedis(settings)),
    connections: createRedisConnections(createRedis(settings, { deadlineMs: BATCH_REDIS_DEADLINE_MS })),
    spaces: createPostgresSpaces(database),
    patterns: createPostgresPatterns(database),
    rules: settings.placement,
    hotCapacity: settings.hotCapacity,
    patternInsights: settings.patternInsights,
    predictiveWarming: settings.predictiveWarming,
    queryLog: settings.queryLog,
    chainKey: deriveKey(settings.masterKey, 'log-chain'),
    pepper: deriveKey(settings.masterKey, 'api-key-pepper'),
    stage: settings.stage,
    keyCacheSeconds: settings.keyCacheSeconds,
    warn,
    ...chosen,
  };
});

/** The hot tier for background work. */
export const bulkHot = /* @__PURE__ */ once(async (): Promise<Ports['hot']> => {
  const { clock } = await core();
  return chosen.hot ?? hotOf(await config(), clock, BULK_REDIS_DEADLINE_MS);
});

/** The hot tier for requests that store many memories at once: their timeouts must not make single reads skip Redis. */
export const batchHot = /* @__PURE__ */ once(async (): Promise<Ports['hot']> => {
  const { clock } = await core();
  return chosen.hot ?? hotOf(await config(), clock, BATCH_REDIS_DEADLINE_MS);
});

export type FeedPorts = CorePorts & Pick<Ports, 'poster'>;

function posterOf({ socketEndpoint, aws }: Config, warn: Ports['warn']): Ports['poster'] {
  if (socketEndpoint === undefined || aws === undefined) {
    throw new Error(
      'AUREN_SOCKET_ENDPOINT is not set: nobody can be told of anything. Set it to the management address.',
    );
  }
  return createApiGatewayPoster(socketEndpoint, aws, warn);
}

/** And connections, which are reached in rounds of hundreds. */
export const withPoster = /* @__PURE__ */ once(async (): Promise<FeedPorts> => {
  const ports = await core();
  const poster = chosen.poster ?? posterOf(await config(), ports.warn);
  if (chosen.connections) return { ...ports, poster };
  const redis = createRedis(await config(), { deadlineMs: BULK_REDIS_DEADLINE_MS });
  return { ...ports, poster, connections: createRedisConnections(redis) };
});

const chroma = /* @__PURE__ */ once(async () => {
  const settings = await config();
  return createChroma(settings.chroma, settings.embeddingModel);
});

export const embedder = /* @__PURE__ */ once(async (): Promise<Ports['embedder']> => {
  if (chosen.embedder) return chosen.embedder;
  const { embeddingModel: model, embeddingLayer: layerDir, aws } = await config();
  return createEmbedder({ model, layerDir, ...(aws ? { aws } : {}) });
});

/** The name alone: nothing is loaded. */
export const embeddingModel = async (): Promise<string> => chosen.embedder?.model ?? (await config()).embeddingModel;

/** One in a process: a key that it destroys is in no cache of the process any more. */
const subjectKeys = /* @__PURE__ */ once(
  async (): Promise<Ports['subjectKeys']> =>
    chosen.subjectKeys ?? createSubjectKeys(await postgres(), (await config()).masterKey),
);

/** What is about a person, from PostgreSQL alone. */
export const persons = /* @__PURE__ */ once(
  async (): Promise<Ports['persons']> => chosen.persons ?? createPostgresPersons(await postgres()),
);

/** The cosine below which the configured model's vectors say nothing. */
export const cosineFloor = async (): Promise<number> =>
  chosen.embedder?.cosineFloor ?? MODELS[(await config()).embeddingModel].cosineFloor;

export type VectorPorts = CorePorts & Pick<Ports, 'vectors'>;

/** And Chroma: stored vectors. */
export const withVectors = /* @__PURE__ */ once(
  async (): Promise<VectorPorts> => ({
    ...(await core()),
    vectors: chosen.vectors ?? createChromaVectors(await chroma()),
  }),
);

export type IndexReadPorts = Pick<Ports, 'clock' | 'catalog' | 'patterns' | 'vectors'>;

/** What reads of the index need, without Redis: a function with the mathematics of the map has no room for its client. */
export const indexReads = /* @__PURE__ */ once(async (): Promise<IndexReadPorts> => {
  if (isComplete(chosen)) return chosen;
  const database = await postgres();
  return {
    clock: chosen.clock ?? systemClock,
    catalog: createPostgresCatalog(database),
    patterns: createPostgresPatterns(database),
    vectors: createChromaVectors(await chroma()),
    ...chosen,
  };
});

export type ColdPorts = VectorPorts & Pick<Ports, 'cold'>;

const coldOn = async (collections: Chroma): Promise<Ports['cold']> =>
  createColdTier({
    chroma: collections,
    keys: await subjectKeys(),
    vectorsOf: async (records) => (await embedder()).embed(records.map(({ content }) => searchableText(content))),
  });

/** And cold memories. */
export const withCold = /* @__PURE__ */ once(async (): Promise<ColdPorts> => {
  const ports = await withVectors();
  return { ...ports, cold: chosen.cold ?? (await coldOn(await chroma())) };
});

/** The index that is filled aside, with the cold tier on it. */
export const nextIndex = /* @__PURE__ */ once(async (): Promise<NextIndex> => {
  const settings = await config();
  const aside = createChroma(settings.chroma, settings.embeddingModel, { aside: true });
  return createNextIndex(aside, await coldOn(aside));
});

/** What a rebuild reads and repairs in PostgreSQL. */
export const replaying = async () => {
  const database = await postgres();
  return { replay: createPostgresReplay(database), repair: createPostgresRepair(database) };
};

/** All that holds anything of a person. */
export const withErasure = /* @__PURE__ */ once(
  async (): Promise<ColdPorts & ErasurePorts> => ({
    ...(await withCold()),
    hot: await bulkHot(),
    persons: await persons(),
    subjectKeys: await subjectKeys(),
    erasures: chosen.erasures ?? createPostgresErasures(await postgres()),
    residue: chosen.residue ?? providersResidue,
    certificateKey: chosen.certificateKey ?? deriveKey((await config()).masterKey, 'erasure-certificate'),
  }),
);

export type MeaningPorts = ColdPorts & Pick<Ports, 'embedder'>;

/** And the model. */
export const withMeaning = /* @__PURE__ */ once(
  async (): Promise<MeaningPorts> => ({ ...(await withCold()), embedder: await embedder() }),
);

/** Whether each engine answers, with as little as it takes to know. */
export const probes = /* @__PURE__ */ once(async (): Promise<Ports['probes']> => {
  if (chosen.probes) return chosen.probes;
  const settings = await config();
  const redis = createRedis(settings, { deadlineMs: PROBE_MS });
  return {
    postgres: async () => {
      await (await postgres()).run('', [{ text: 'select 1' }], { readOnly: true, timeoutMs: PROBE_MS });
    },
    redis: async () => {
      await redis.call((client) => client.ping());
    },
    chroma: async () => (await chroma()).heartbeat(PROBE_MS),
  };
});

const isComplete = (ports: Partial<Ports>): ports is Ports =>
  ports.log !== undefined && ports.catalog !== undefined && ports.hot !== undefined;

/** Puts ports of the caller's in place of those that the configuration names: the local run its clock and queue, tests all of them. */
export function usePorts(ports: Partial<Ports>): void {
  chosen = ports;
  const steps = [
    config,
    postgres,
    core,
    bulkHot,
    batchHot,
    withPoster,
    chroma,
    embedder,
    subjectKeys,
    persons,
    withVectors,
    indexReads,
    withCold,
    nextIndex,
    withErasure,
    withMeaning,
    probes,
  ];
  for (const made of steps) made.forget();
}
