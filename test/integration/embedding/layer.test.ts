import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLayer } from '../../../layers/embedding/build-layer.ts';
import { createEmbedder } from '../../../layers/memory/embedding/create.ts';
import { writeTinyModel } from '../../support/tiny-onnx-model.ts';

const LAMBDA_UNZIPPED_MAX_BYTES = 250 * 2 ** 20;
/** What the embedding code may add to a function: port, cache, worker client, signer. */
const CLIENT_BUNDLE_MAX_BYTES = 20_000;

async function bytesIn(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('the embedding layer as Lambda mounts it', () => {
  let target: string;

  beforeAll(async () => {
    target = await mkdtemp(join(tmpdir(), 'auren-layer-'));
    await buildLayer(target);
  });
  afterAll(() => rm(target, { recursive: true, force: true }));

  it('embeds away from the workspace, with either model', async () => {
    const layerDir = join(target, 'nodejs/embedding');
    const modelsDir = join(target, 'models');
    await writeTinyModel(modelsDir);
    const lite = createEmbedder({ model: 'universal-sentence-encoder-lite', layerDir });
    const minilm = createEmbedder({ model: 'all-MiniLM-L6-v2', layerDir, modelsDir });

    const vectors = await Promise.all([lite.embedQuery('sleep'), minilm.embedQuery('sleep')]);

    expect(vectors.map((vector) => vector.length)).toEqual([512, 384]);
    await Promise.all([lite.close(), minilm.close()]);
  });

  it('leaves most of the unzipped limit to the function', async () => {
    expect(await bytesIn(target)).toBeLessThan(LAMBDA_UNZIPPED_MAX_BYTES / 2);
  });

  it('stays out of the functions: bundling createEmbedder pulls no model and no runtime', async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, '../../../layers/memory/embedding/create.ts')],
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
    });

    const foreign = Object.keys(metafile.inputs).filter((file) =>
      /layers\/embedding|energetic|onnxruntime|huggingface/.test(file),
    );
    expect(foreign).toEqual([]);
    expect(outputFiles[0]?.contents.length).toBeLessThan(CLIENT_BUNDLE_MAX_BYTES);
  });
});
