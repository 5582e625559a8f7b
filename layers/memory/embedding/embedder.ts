/** What all embedders share: the query cache and texts without words. An engine only turns worded texts into unit vectors. */
import { timed } from '../timing.ts';
import { MODELS, type ModelName } from './models.ts';
import type { Embedder } from './port.ts';
import { cachedQueries } from './query-cache.ts';

export interface VectorEngine {
  /** One unit vector a text. `urgent`: somebody waits for a query. */
  vectors(texts: readonly string[], urgent: boolean): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export function embedderOver(model: ModelName, engine: VectorEngine): Embedder {
  const { dimensions, cosineFloor } = MODELS[model];

  const embed = async (texts: readonly string[], urgent: boolean): Promise<Float32Array[]> => {
    const worded = texts.filter(hasWords);
    const vectors = worded.length === 0 ? [] : await engine.vectors(worded, urgent);
    let next = 0;
    return texts.map((text) => (hasWords(text) ? at(vectors, next++) : wordless(dimensions)));
  };

  return {
    model,
    dimensions,
    cosineFloor,
    embed: (texts) => embed(texts, false),
    embedQuery: cachedQueries(model, (text) => timed('embed', async () => at(await embed([text], true), 0))),
    close: () => engine.close(),
  };
}

function hasWords(text: string): boolean {
  return text.trim() !== '';
}

/**
 * Stands for a memory without any text, which the index must hold all the same. A single axis is all but orthogonal to
 * what a model makes (components near 1/sqrt(dimensions)), so it lies below every floor.
 */
function wordless(dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  vector[0] = 1;
  return vector;
}

function at(vectors: readonly Float32Array[], index: number): Float32Array {
  const vector = vectors[index];
  if (!vector) throw new RangeError(`the engine gave ${vectors.length} vectors, number ${index + 1} was asked for`);
  return vector;
}
