/** Configuration: reads the environment once, and a bad value stops the start and names its variable. */
import type { PlacementRules } from './policy/placement.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** This process's environment. The domain reads it from here alone. */
export const environment: Environment = process.env;

export const EMBEDDING_MODELS = [
  'universal-sentence-encoder-lite',
  'all-MiniLM-L6-v2',
  'bedrock:amazon.titan-embed-text-v2:0',
] as const;
export type EmbeddingModel = (typeof EMBEDDING_MODELS)[number];

export interface ChromaConfig {
  url: string;
  apiKey: string | undefined;
  tenant: string | undefined;
  database: string | undefined;
}

export interface AwsCredentials {
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface Config {
  /** Goes into API keys: `auren_<stage>_...`. */
  stage: string;
  databaseUrl: string;
  /** Neon's SQL-over-HTTP address where it is not derived from the host: the local front. */
  neonEndpoint: string | undefined;
  redisUrl: string;
  redisToken: string;
  chroma: ChromaConfig;
  /** 32 bytes; wraps subject keys, and the chain key and the pepper are derived from it. */
  masterKey: Buffer;
  embeddingModel: EmbeddingModel;
  /** Region and credentials as Lambda gives them; undefined outside AWS. */
  aws: AwsCredentials | undefined;
  /** Directory of the embedding layer. */
  embeddingLayer: string;
  /** Where pokes are published; undefined where the local run delivers them in process. */
  pokeTopicArn: string | undefined;
  /** Base address of the management API of the WebSocket API's stage. */
  socketEndpoint: string | undefined;
  placement: PlacementRules;
  hotCapacity: number;
  /** How long hot copies are believed after the projector was last caught up; also how long a key check is cached. */
  hotLeaseSeconds: number;
  keyCacheSeconds: number;
  predictiveWarming: boolean;
  queryLog: boolean;
  /** Scheduled discovery stores each pattern as a memory. */
  patternInsights: boolean;
  corsOrigins: string[];
}

const fail = (name: string, what: string): never => {
  throw new Error(`${name} ${what}`);
};

function number(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  return Number.isFinite(value) && value >= min && value <= max
    ? value
    : fail(name, `must be a number from ${min} to ${max}, not "${text}".`);
}

function flag(env: Environment, name: string, fallback: boolean): boolean {
  const text = env[name]?.toLowerCase();
  if (text === undefined || text === '') return fallback;
  if (['on', 'true', '1'].includes(text)) return true;
  return ['off', 'false', '0'].includes(text) ? false : fail(name, `must be on or off, not "${text}".`);
}

function required(env: Environment, name: string, purpose: string): string {
  return env[name] || fail(name, `is not set: ${purpose}.`);
}

function url(env: Environment, name: string, purpose: string): string {
  const text = required(env, name, purpose);
  return URL.canParse(text) ? text : fail(name, 'is not a URL.');
}

const CHROMA_CLOUD_URL = 'https://api.trychroma.com:443';

function chroma(env: Environment): ChromaConfig {
  const apiKey = env.CHROMA_API_KEY || undefined;
  if (apiKey === undefined) {
    return {
      url: url(env, 'CHROMA_URL', 'the address of Chroma, or give CHROMA_API_KEY for Chroma Cloud'),
      apiKey,
      tenant: undefined,
      database: undefined,
    };
  }
  return {
    url: env.CHROMA_URL || CHROMA_CLOUD_URL,
    apiKey,
    tenant: required(env, 'CHROMA_TENANT', 'the tenant of your Chroma Cloud account'),
    database: required(env, 'CHROMA_DATABASE', 'the database in your Chroma Cloud account'),
  };
}

const MASTER_KEY_BYTES = 32;

function masterKey(env: Environment): Buffer {
  const key = Buffer.from(
    required(env, 'AUREN_MASTER_KEY', '32 random bytes in base64 that wrap the subject keys'),
    'base64',
  );
  return key.length === MASTER_KEY_BYTES
    ? key
    : fail('AUREN_MASTER_KEY', `must be ${MASTER_KEY_BYTES} bytes in base64.`);
}

export function embeddingModel(env: Environment): EmbeddingModel {
  const name = env.EMBEDDING_MODEL || EMBEDDING_MODELS[0];
  return (
    EMBEDDING_MODELS.find((model) => model === name) ??
    fail('EMBEDDING_MODEL', `must be one of ${EMBEDDING_MODELS.join(', ')}.`)
  );
}

const EMBEDDING_LAYER_IN_LAMBDA = '/opt/nodejs/embedding';

export function awsCredentials(env: Environment): AwsCredentials | undefined {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!region || !accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = env.AWS_SESSION_TOKEN;
  return { region, accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** Throws an error that names the variable, never its value where that may be a secret. */
export function loadConfig(env: Environment): Config {
  const hotDays = number(env, 'AUREN_HOT_DAYS', 30, 0, 36_500);
  const warmDays = number(env, 'AUREN_WARM_DAYS', 365, 0, 36_500);
  if (warmDays < hotDays) fail('AUREN_WARM_DAYS', `must not be below AUREN_HOT_DAYS (${hotDays}).`);
  return {
    stage: /^[a-z0-9]{1,16}$/.test(env.AUREN_STAGE ?? 'local')
      ? (env.AUREN_STAGE ?? 'local')
      : fail('AUREN_STAGE', 'must be 1 to 16 of a-z and 0-9.'),
    databaseUrl: url(env, 'DATABASE_URL', 'the PostgreSQL connection string'),
    neonEndpoint: env.AUREN_NEON_ENDPOINT || undefined,
    redisUrl: url(env, 'UPSTASH_REDIS_REST_URL', 'the REST address of Upstash Redis'),
    redisToken: required(env, 'UPSTASH_REDIS_REST_TOKEN', 'the REST token of Upstash Redis'),
    chroma: chroma(env),
    masterKey: masterKey(env),
    embeddingModel: embeddingModel(env),
    aws: awsCredentials(env),
    embeddingLayer: env.AUREN_EMBEDDING_LAYER || EMBEDDING_LAYER_IN_LAMBDA,
    pokeTopicArn: env.AUREN_POKE_TOPIC_ARN || undefined,
    socketEndpoint: env.AUREN_SOCKET_ENDPOINT ? url(env, 'AUREN_SOCKET_ENDPOINT', '') : undefined,
    placement: {
      hotDays,
      warmDays,
      dualStorePriority: number(env, 'AUREN_DUAL_STORE_PRIORITY', 8, 0, 10),
      dualStoreConfidence: number(env, 'AUREN_DUAL_STORE_CONFIDENCE', 0.9, 0, 1),
    },
    hotCapacity: number(env, 'AUREN_HOT_CAPACITY', 10_000, 1, 10_000_000),
    hotLeaseSeconds: number(env, 'AUREN_HOT_LEASE_SECONDS', 90, 1, 600),
    keyCacheSeconds: number(env, 'AUREN_KEY_CACHE_SECONDS', 55, 0, 60),
    predictiveWarming: flag(env, 'AUREN_PREDICTIVE_WARMING', true),
    queryLog: flag(env, 'AUREN_QUERY_LOG', false),
    patternInsights: flag(env, 'AUREN_PATTERN_INSIGHTS', false),
    corsOrigins: (env.AUREN_CORS_ORIGINS ?? '')
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
  };
}
