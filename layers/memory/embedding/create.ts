/** Model name -> embedder. Nothing is loaded here: the worker starts with the first text; what is missing is said now. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AwsOptions, bedrockEngine } from './bedrock.ts';
import { embedderOver } from './embedder.ts';
import { EmbeddingError } from './errors.ts';
import { isModelName, MODELS, type ModelName } from './models.ts';
import type { Embedder } from './port.ts';
import { workerEngine } from './worker-engine.ts';

export interface EmbedderOptions {
  readonly model: string;
  /** Directory of the embedding layer: `layers/embedding` in the workspace, `/opt/nodejs/embedding` in Lambda. */
  readonly layerDir?: string;
  /** Where fetched weights live; default `<layerDir>/models`. */
  readonly modelsDir?: string;
  /** Credentials and region for `bedrock:` models. */
  readonly aws?: AwsOptions;
}

/** Throws an EmbeddingError that says what to do when the model is unknown or something it needs is missing. */
export function createEmbedder(options: EmbedderOptions): Embedder {
  const { model } = options;
  if (!isModelName(model)) {
    throw new EmbeddingError(
      `EMBEDDING_MODEL "${model}" is not known; choose one of ${Object.keys(MODELS).join(', ')}`,
    );
  }
  return MODELS[model].runsIn === 'bedrock' ? bedrockEmbedder(model, options) : workerEmbedder(model, options);
}

function bedrockEmbedder(model: ModelName, { aws }: EmbedderOptions): Embedder {
  if (!aws) throw new EmbeddingError(`EMBEDDING_MODEL "${model}" needs an AWS region and credentials`);
  return embedderOver(model, bedrockEngine(model.slice('bedrock:'.length), MODELS[model].dimensions, aws));
}

function workerEmbedder(model: ModelName, { layerDir, modelsDir }: EmbedderOptions): Embedder {
  if (!layerDir) throw new EmbeddingError(`EMBEDDING_MODEL "${model}" needs the directory of the embedding layer`);
  // The published layer is built to JavaScript; the workspace runs its TypeScript as it is.
  const module = [join(layerDir, 'worker.js'), join(layerDir, 'worker.ts')].find((file) => existsSync(file));
  if (!module) throw new EmbeddingError(`no embedding layer in ${layerDir}: attach the layer or correct its directory`);
  const weightsIn = modelsDir ?? join(layerDir, 'models');
  for (const file of MODELS[model].weights) {
    if (existsSync(join(weightsIn, model, file))) continue;
    throw new EmbeddingError(
      `EMBEDDING_MODEL "${model}" has no ${file} in ${join(weightsIn, model)}: run npm run model:fetch`,
    );
  }
  return embedderOver(model, workerEngine(module, { model, modelsDir: weightsIn }, MODELS[model].dimensions));
}
