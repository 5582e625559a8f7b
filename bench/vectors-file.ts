/**
 * The real embedder with a file behind it: the data set is the same in every run and embedding it takes a minute, so its
 * vectors are computed once and kept in bench/results/. Queries are never kept.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Embedder } from '@auren/memory/embedding/port.ts';

export interface KeptEmbedder extends Embedder {
  /** Texts embedded so far, kept ones included. */
  readonly embedded: number;
  /** Writes what was computed to the file. */
  keep(): void;
}

const KEY_BYTES = 16;

export function keptEmbedder(embedder: Embedder, directory: string): KeptEmbedder {
  const file = join(directory, `vectors-${embedder.model.replace(/[^a-zA-Z0-9]+/g, '-')}.bin`);
  const vectors = read(file, embedder.dimensions);
  const known = vectors.size;
  let embedded = 0;
  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    cosineFloor: embedder.cosineFloor,
    get embedded() {
      return embedded;
    },
    async embed(texts) {
      const keys = texts.map(keyOf);
      const missing = texts.filter((_, at) => !vectors.has(keys[at] ?? ''));
      for (const [at, vector] of (await embedder.embed(missing)).entries()) {
        vectors.set(keyOf(missing[at] ?? ''), vector);
      }
      embedded += texts.length;
      return keys.map((key) => {
        const vector = vectors.get(key);
        if (vector === undefined) throw new Error('the embedder left out a text');
        return vector;
      });
    },
    embedQuery: (text) => embedder.embedQuery(text),
    close: () => embedder.close(),
    keep() {
      if (vectors.size === known) return;
      mkdirSync(directory, { recursive: true });
      const parts = [...vectors].flatMap(([key, vector]) => [
        Buffer.from(key, 'hex'),
        Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
      ]);
      writeFileSync(file, Buffer.concat(parts));
    },
  };
}

const keyOf = (text: string) =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, KEY_BYTES * 2);

function read(file: string, dimensions: number): Map<string, Float32Array> {
  const vectors = new Map<string, Float32Array>();
  if (!existsSync(file)) return vectors;
  const bytes = readFileSync(file);
  const vectorBytes = dimensions * Float32Array.BYTES_PER_ELEMENT;
  for (let at = 0; at + KEY_BYTES + vectorBytes <= bytes.length; at += KEY_BYTES + vectorBytes) {
    const vector = new Float32Array(dimensions);
    Buffer.from(vector.buffer).set(bytes.subarray(at + KEY_BYTES, at + KEY_BYTES + vectorBytes));
    vectors.set(bytes.subarray(at, at + KEY_BYTES).toString('hex'), vector);
  }
  return vectors;
}
