/** One set of engines for all levels of test that need them, however many of these run. */
import { rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { type Engines, startEngines } from '../../local/engines/main.ts';
import { temporaryDirectory } from './engine-directory.ts';

interface Shared {
  starting: Promise<Engines>;
  dataDir: string;
  users: number;
}

/** Each vitest project loads this file anew, so what they share hangs on the global object. */
const holder = globalThis as typeof globalThis & { aurenEngines?: Shared };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder.aurenEngines ??= start();
  const shared = holder.aurenEngines;
  shared.users += 1;
  const engines = await shared.starting;
  project.provide('enginesEnv', engines.env);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete holder.aurenEngines;
    await engines.stop();
    rmSync(shared.dataDir, { recursive: true, force: true });
  };
}

/** DATABASE_URL, REDIS_URL and CHROMA_URL run the same tests against engines of one's own. */
function start(): Shared {
  const dataDir = temporaryDirectory();
  return { dataDir, users: 0, starting: startEngines({ dataDir, env: process.env, fsync: false }) };
}
