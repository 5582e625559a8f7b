/** What the local run itself reads from the environment; everything else is `layers/memory/config.ts`. */
import { loadConfig } from '../layers/memory/config.ts';
import { DEFAULT_LIMITS, type ThrottleLimits } from './gateway/throttle.ts';
import { StartError } from './start-error.ts';

export interface Settings {
  port: number;
  dataDir: string;
  throttle: ThrottleLimits;
  corsOrigins: string[];
}

const PORT_DEFAULT = 8_787;
const PORT_MAX = 65_535;
const RATE_MAX = 1_000_000;

/** Engines that the local run reaches in another way than AWS does. */
const NOT_LOCAL: Record<string, string> = {
  UPSTASH_REDIS_REST_URL: 'the local run puts its own REST endpoint before a Redis; name yours in REDIS_URL',
  CHROMA_API_KEY: 'the local run does not talk to Chroma Cloud; name a Chroma server in CHROMA_URL',
};

/** Stand in for what the start itself finds out, so that everything else can be checked before any engine starts. */
const FOUND_AT_START = {
  DATABASE_URL: 'postgres://127.0.0.1/postgres',
  UPSTASH_REDIS_REST_URL: 'http://127.0.0.1',
  UPSTASH_REDIS_REST_TOKEN: 'token',
  CHROMA_URL: 'http://127.0.0.1',
};

/**
 * Checks the whole environment, the domain's part too.
 *
 * @throws StartError that names the variable
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  for (const [name, reason] of Object.entries(NOT_LOCAL)) {
    if (env[name]) throw new StartError(`${name} is set, but ${reason}.`);
  }
  return {
    port: integer(env, 'PORT', PORT_DEFAULT, 0, PORT_MAX),
    dataDir: env.AUREN_DATA_DIR || '.auren',
    throttle: {
      ratePerSecond: integer(env, 'AUREN_THROTTLE_RATE', DEFAULT_LIMITS.ratePerSecond, 1, RATE_MAX),
      burst: integer(env, 'AUREN_THROTTLE_BURST', DEFAULT_LIMITS.burst, 1, RATE_MAX),
    },
    corsOrigins: checkedConfig(env).corsOrigins,
  };
}

function checkedConfig(env: NodeJS.ProcessEnv) {
  const masterKey = env.AUREN_MASTER_KEY || Buffer.alloc(32).toString('base64');
  try {
    return loadConfig({ ...env, ...FOUND_AT_START, AUREN_MASTER_KEY: masterKey });
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error });
  }
}

function integer(env: NodeJS.ProcessEnv, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (!text) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new StartError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
}
