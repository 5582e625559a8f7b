/** The environment that the domain reads, for a local run. What the user has set stays; the engines' addresses are found at start. */
import { randomBytes } from 'node:crypto';
import { awsCredentials, embeddingModel } from '@auren/memory/config.ts';
import type { EngineEnv } from './engines/types.ts';

/** The authorizer keeps a key check for 5 s in process; a second cache in Redis would double that bound. */
const DEFAULTS = {
  AUREN_STAGE: 'local',
  AUREN_HOT_LEASE_SECONDS: '10',
  AUREN_KEY_CACHE_SECONDS: '0',
};

/** Pokes are delivered in process: a topic of a deployment must not hear of local writes. */
const REMOVED = ['AUREN_POKE_TOPIC_ARN'];

const ACCESS_KEY_BYTES = 32;

export function applyEnvironment(target: NodeJS.ProcessEnv, engines: EngineEnv, masterKey: string): void {
  for (const [name, value] of Object.entries(DEFAULTS)) target[name] ||= value;
  for (const name of REMOVED) delete target[name];
  Object.assign(target, engines, { AUREN_MASTER_KEY: masterKey });
}

/**
 * Where functions reach open WebSockets, and the credentials that they sign with: random ones of this process, so that nothing
 * else on the machine can post. A model on Bedrock needs the user's own, which stay and serve for both.
 *
 * @returns the access key id that the gateway has to ask for
 */
export function applySocketEnvironment(target: NodeJS.ProcessEnv, endpoint: string): string {
  target.AUREN_SOCKET_ENDPOINT = endpoint;
  const own = awsCredentials(target);
  if (own && embeddingModel(target).startsWith('bedrock:')) return own.accessKeyId;
  const accessKeyId = randomBytes(ACCESS_KEY_BYTES).toString('hex');
  delete target.AWS_SESSION_TOKEN;
  Object.assign(target, {
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: randomBytes(ACCESS_KEY_BYTES).toString('hex'),
  });
  return accessKeyId;
}
