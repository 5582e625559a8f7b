/** The engines of a rebuild: those of the data directory, started for it, or the deployed ones that the environment names. */
import { composeMigration, usePorts } from '@auren/memory/compose.ts';
import type { Poke } from '@auren/memory/poke.ts';
import { LocalClock } from '../clock.ts';
import { DataDir } from '../data-dir.ts';
import { localEmbedder } from '../embedder.ts';
import { startEngines } from '../engines/main.ts';
import { applyEnvironment } from '../environment.ts';
import { masterKey } from '../master-key.ts';
import { readSettings } from '../settings.ts';

export interface Opened {
  close(): Promise<void>;
}

/** The functions' own configuration, which the local run never has. */
const DEPLOYED = ['UPSTASH_REDIS_REST_URL', 'AUREN_SECRET_ARN'];

/** Nobody waits for what a rebuild writes; the consumers of a deployment look by themselves every minute. */
const NO_POKE: Poke = { poke: async () => {} };

/** Throws StartError and EngineError, which say what to do, also where a run has the data directory. */
export async function openEngines(env: NodeJS.ProcessEnv): Promise<Opened> {
  const embedder = localEmbedder(env);
  const withModel = embedder ? { embedder } : {};
  if (DEPLOYED.some((name) => env[name])) {
    usePorts({ ...withModel, ...(env.AUREN_POKE_TOPIC_ARN ? {} : { poke: NO_POKE }) });
    return { close: async () => embedder?.close() };
  }
  const dataDir = new DataDir(readSettings(env).dataDir);
  const engines = await startEngines({ dataDir: dataDir.path, env });
  const close = async () => {
    await embedder?.close();
    await engines.stop();
  };
  try {
    applyEnvironment(env, engines.env, masterKey(dataDir, env));
    usePorts({ ...withModel, clock: new LocalClock(dataDir), poke: NO_POKE });
    await (await composeMigration()).migrate();
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}
