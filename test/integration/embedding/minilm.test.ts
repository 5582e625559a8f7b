import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbedder } from '../../../layers/memory/embedding/create.ts';
import { normalize } from '../../../layers/memory/embedding/normalize.ts';
import type { Embedder } from '../../../layers/memory/embedding/port.ts';
import { cosine } from '../../support/cosine.ts';
import { TINY_DIMENSIONS, TINY_TABLE, tinyTokenId, writeTinyModel } from '../../support/tiny-onnx-model.ts';

const layerDir = join(import.meta.dirname, '../../../layers/embedding');
const model = 'all-MiniLM-L6-v2';

/** What mean pooling over these tokens must give. */
function pooled(...tokens: string[]): Float32Array {
  const sum = new Float64Array(TINY_DIMENSIONS);
  for (const token of tokens) {
    for (const [i, value] of (TINY_TABLE[tinyTokenId(token)] ?? []).entries()) sum[i] = (sum[i] ?? 0) + value;
  }
  return normalize(sum);
}

describe('all-MiniLM-L6-v2 through ONNX Runtime (a tiny model of the same shape)', () => {
  let modelsDir: string;
  let embedder: Embedder;

  beforeAll(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'auren-minilm-'));
    await writeTinyModel(modelsDir);
    embedder = createEmbedder({ model, layerDir, modelsDir });
  });
  afterAll(async () => {
    await embedder.close();
    await rm(modelsDir, { recursive: true, force: true });
  });

  it('splits words into pieces, pools the mean of all tokens and normalizes', async () => {
    const [vector] = await embedder.embed(['Invoices PAID']);

    expect(vector).toHaveLength(TINY_DIMENSIONS);
    expect(cosine(vector ?? [], pooled('[CLS]', 'invoice', '##s', 'paid', '[SEP]'))).toBeCloseTo(1, 5);
  });

  it('gives a text the same vector alone and padded in a batch', async () => {
    const [alone] = await embedder.embed(['sleep']);

    const [batched] = await embedder.embed(['sleep', 'heart rate improves sleep invoices paid']);

    expect(cosine(alone ?? [], pooled('[CLS]', 'sleep', '[SEP]'))).toBeCloseTo(1, 5);
    expect(batched).toEqual(alone);
  });

  it('reads past the 256 tokens of one run, and leaves a text of 2,048 tokens there', async () => {
    const window = 'sleep '.repeat(254);

    const [oneChunk, second, ninth] = await embedder.embed([
      window,
      `${window}${'paid '.repeat(254)}`,
      `${window.repeat(8)}paid`,
    ]);

    const paid = pooled('paid');
    expect(cosine(oneChunk ?? [], paid)).toBeCloseTo(0, 2);
    expect(cosine(second ?? [], paid)).toBeCloseTo(Math.SQRT1_2, 2);
    expect(cosine(ninth ?? [], paid)).toBe(cosine(oneChunk ?? [], paid));
  });

  it('says to run model:fetch when the weights are missing, at creation', () => {
    expect(() => createEmbedder({ model, layerDir, modelsDir: join(modelsDir, 'empty') })).toThrow(
      'npm run model:fetch',
    );
  });

  it('rejects with the cause when the weights do not load, and tries again on the next call', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'auren-minilm-'));
    await writeTinyModel(broken);
    await writeFile(join(broken, model, 'model.onnx'), 'not a model');
    const brokenEmbedder = createEmbedder({ model, layerDir, modelsDir: broken });

    await expect(brokenEmbedder.embedQuery('sleep')).rejects.toThrow(/embedding worker for all-MiniLM-L6-v2 failed/);
    await writeTinyModel(broken);
    expect(await brokenEmbedder.embedQuery('sleep')).toHaveLength(TINY_DIMENSIONS);

    await brokenEmbedder.close();
    await rm(broken, { recursive: true, force: true });
  });
});
