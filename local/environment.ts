/** The environment that the domain reads, for a local run. What the user has set stays; the engines' addresses are found at start. */
import type { EngineEnv } from './engines/types.ts';

/** The authorizer keeps a key check for 5 s in process; a second cache in Redis would double that bound. */
const DEFAULTS = {
  AUREN_STAGE: 'local',
  AUREN_HOT_LEASE_SECONDS: '10',
  AUREN_KEY_CACHE_SECONDS: '0',
};

/** Pokes are delivered in process: a topic of a deployment must not hear of local writes. */
const REMOVED = ['AUREN_POKE_TOPIC_ARN'];

export function applyEnvironment(target: NodeJS.ProcessEnv, engines: EngineEnv, masterKey: string): void {
  for (const [name, value] of Object.entries(DEFAULTS)) target[name] ||= value;
  for (const name of REMOVED) delete target[name];
  Object.assign(target, engines, { AUREN_MASTER_KEY: masterKey });
}
