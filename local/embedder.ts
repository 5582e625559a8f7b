/** The embedder of the local run, made before the engines start: a model without its weights stops the start at once. */
import { join } from 'node:path';
import { embeddingModel } from '@auren/memory/config.ts';
import { createEmbedder } from '@auren/memory/embedding/create.ts';
import { EmbeddingError } from '@auren/memory/embedding/errors.ts';
import type { Embedder } from '@auren/memory/embedding/port.ts';
import { StartError } from './start-error.ts';

const LAYER_DIR = join(import.meta.dirname, '..', 'layers', 'embedding');

/** Undefined for a model of AWS Bedrock, which the domain reaches by itself. Throws a StartError that says what to do. */
export function localEmbedder(env: NodeJS.ProcessEnv): Embedder | undefined {
  const model = embeddingModel(env);
  if (model.startsWith('bedrock:')) return undefined;
  try {
    return createEmbedder({ model, layerDir: LAYER_DIR });
  } catch (error) {
    if (error instanceof EmbeddingError) throw new StartError(error.message, { cause: error });
    throw error;
  }
}
