/** An embedder without a model: words hashed into dimensions, so texts that share words are similar. Deterministic. */
import { createHash } from 'node:crypto';
import { normalize } from '../../layers/memory/embedding/normalize.ts';
import type { Embedder } from '../../layers/memory/embedding/port.ts';

/** So many that two words seldom meet: a test with a word drawn at random must not fail for it. Zeros cost next to nothing on the wire. */
const DIMENSIONS = 2_048;

export function fakeEmbedder(model = 'fake'): Embedder {
  return {
    model,
    dimensions: DIMENSIONS,
    cosineFloor: 0.4,
    embed: async (texts) => texts.map(bagOfWords),
    embedQuery: async (text) => bagOfWords(text),
    close: async () => {},
  };
}

/** Each word sets one signed dimension. A text without words lies on the first axis, as with the real embedders. */
function bagOfWords(text: string): Float32Array {
  const bag = new Float64Array(DIMENSIONS);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const digest = createHash('sha256').update(word).digest();
    const dimension = digest.readUInt16BE(0) % DIMENSIONS;
    bag[dimension] = (bag[dimension] ?? 0) + (digest.readUInt8(2) % 2 === 0 ? 1 : -1);
  }
  if (bag.every((component) => component === 0)) bag[0] = 1;
  return normalize(bag);
}
