/**
 * `npm run model:fetch [-- <directory>]`: fetches the weights of all-MiniLM-L6-v2 into `layers/embedding/models`.
 * AUREN_MODEL_MIRROR replaces the hub; HTTPS_PROXY and NO_PROXY are honored.
 */
import { setGlobalProxyFromEnv } from 'node:http';
import { join } from 'node:path';
import { fetchModel } from './download.ts';
import { HUB, MINILM } from './manifest.ts';
import { progressBar } from './progress-bar.ts';

const modelsDir = process.argv[2] ?? join(import.meta.dirname, 'models');
const base = process.env.AUREN_MODEL_MIRROR ?? HUB;
const progress = progressBar();
try {
  setGlobalProxyFromEnv();
  await fetchModel(MINILM, modelsDir, base, progress);
  console.log(`${MINILM.model} is in ${join(modelsDir, MINILM.model)}; set EMBEDDING_MODEL=${MINILM.model} to use it`);
} catch (error) {
  progress.stop();
  console.error(`model:fetch failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
