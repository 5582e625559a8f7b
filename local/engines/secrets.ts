/**
 * The passwords of the local engines: made once per data directory, readable by its owner alone. They keep other users
 * of the same machine out; everything listens on the loopback address only.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from './types.ts';

export interface Secrets {
  postgresPassword: string;
  redisPassword: string;
  upstashToken: string;
}

const SECRET_BYTES = 24;
const OWNER_ONLY = 0o600;

/** Reads the secrets of the directory, or makes them. */
export function loadSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'engines.secrets.json');
  if (existsSync(file)) return parse(file);
  const made: Secrets = { postgresPassword: secret(), redisPassword: secret(), upstashToken: secret() };
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: OWNER_ONLY });
  return made;
}

/** URL-safe, so that it can stand in a connection string as it is. */
const secret = () => randomBytes(SECRET_BYTES).toString('base64url');

function parse(file: string): Secrets {
  const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const isComplete = (value: unknown): value is Secrets =>
    typeof value === 'object' &&
    value !== null &&
    ['postgresPassword', 'redisPassword', 'upstashToken'].every((key) => typeof Reflect.get(value, key) === 'string');
  if (!isComplete(found)) {
    throw new EngineError(`${file} is damaged. Restore it, or remove the data directory to begin anew.`);
  }
  return found;
}
