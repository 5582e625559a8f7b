/**
 * Engines for tests. `sharedEngines()` are started once for the whole run (see global-engines.ts): keep apart from the
 * other files by a tenant of your own. `ownEngines()` are yours alone: to kill, to roll back, to fill.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, inject } from 'vitest';
import { type EngineEnv, type Engines, type StartOptions, startEngines } from '../../local/engines/main.ts';
import { temporaryDirectory } from './engine-directory.ts';

declare module 'vitest' {
  interface ProvidedContext {
    enginesEnv: EngineEnv;
  }
}

/** The variables of the engines that run beside this level of test. */
export function sharedEngines(): EngineEnv {
  return inject('enginesEnv');
}

/** Starts a set in a fresh directory before the tests of this file and removes it afterwards. */
export function ownEngines(options: Partial<StartOptions> = {}): () => Engines {
  let engines: Engines | undefined;
  const dataDir = temporaryDirectory();
  beforeAll(async () => {
    engines = await startEngines({ env: {}, fsync: false, dataDir, ...options });
  });
  afterAll(async () => {
    await engines?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return () => {
    if (!engines) throw new Error('the engines are there only inside a test or a hook');
    return engines;
  };
}
