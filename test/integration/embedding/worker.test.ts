import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbedder } from '../../../layers/memory/embedding/create.ts';
import type { Embedder } from '../../../layers/memory/embedding/port.ts';

const model = 'universal-sentence-encoder-lite';
const createModule = join(import.meta.dirname, '../../../layers/memory/embedding/create.ts');

/** A worker without a model that does as it is told by the text. */
const OBEDIENT_WORKER = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ id, texts }) => {
    if (texts.includes('throw')) throw new Error('boom');
    if (texts.includes('exit')) process.exit(3);
    if (texts.includes('hang')) return;
    if (texts.includes('refuse')) return parentPort.postMessage({ id, error: 'the model could not embed: refused' });
    const vectors = new Float32Array(512 * texts.length);
    texts.forEach((text, i) => { vectors[512 * i] = text === 'secrets' ? Object.keys(process.env).length : text.length; });
    parentPort.postMessage({ id, vectors }, [vectors.buffer]);
  });
`;

describe('worker', () => {
  let layerDir: string;
  let embedder: Embedder;

  beforeAll(async () => {
    layerDir = await mkdtemp(join(tmpdir(), 'auren-worker-'));
    await writeFile(join(layerDir, 'package.json'), '{"type":"module"}');
    await writeFile(join(layerDir, 'worker.js'), OBEDIENT_WORKER);
    embedder = createEmbedder({ model, layerDir });
  });
  afterAll(async () => {
    await embedder.close();
    await rm(layerDir, { recursive: true, force: true });
  });

  it('answers in order and marks texts without words by the first axis', async () => {
    const vectors = await embedder.embed(['abc', ' \n', 'abcdef']);

    expect(vectors.map((vector) => [vector.length, vector[0]])).toEqual([
      [512, 3],
      [512, 1],
      [512, 6],
    ]);
  });

  it.each([
    ['throw', 'failed: boom'],
    ['exit', 'stopped (exit code 3)'],
  ])('that dies (%s) rejects what it was asked, and the next call starts another', async (text, message) => {
    const together = await Promise.allSettled([embedder.embed(['hang']), embedder.embed([text])]);

    for (const outcome of together) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'engine_unavailable' } });
      expect(String(outcome.status === 'rejected' && outcome.reason)).toContain(message);
    }
    expect((await embedder.embed(['abc']))[0]?.[0]).toBe(3);
  });

  it('passes on what the model refuses, and stays alive', async () => {
    await expect(embedder.embed(['refuse'])).rejects.toThrow('the model could not embed: refused');
    expect((await embedder.embedQuery('abcd'))[0]).toBe(4);
  });

  it('sees no environment', async () => {
    expect((await embedder.embed(['secrets']))[0]?.[0]).toBe(0);
  });

  it('is closed with its requests rejected, and takes no more', async () => {
    const closing = createEmbedder({ model, layerDir });
    const underWay = closing.embed(['hang']);

    const outcome = expect(underWay).rejects.toThrow('closed while a text was being embedded');
    await closing.close();

    await outcome;
    await expect(closing.embed(['abc'])).rejects.toThrow('the embedder is closed');
  });

  it('lets the process end without being closed, but not before its answer', async () => {
    const script = `
      import { createEmbedder } from ${JSON.stringify(pathToFileURL(createModule).href)};
      const embedder = createEmbedder(${JSON.stringify({ model, layerDir })});
      console.log((await embedder.embed(['abc']))[0][0]);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));

    const [exitCode] = await once(child, 'close', { signal: AbortSignal.timeout(10_000) });

    expect([exitCode, output.trim()]).toEqual([0, '3']);
  });

  it('names what is missing at creation', () => {
    expect(() => createEmbedder({ model: 'word2vec', layerDir })).toThrow(
      'choose one of universal-sentence-encoder-lite',
    );
    expect(() => createEmbedder({ model, layerDir: join(layerDir, 'nowhere') })).toThrow('no embedding layer in');
    expect(() => createEmbedder({ model })).toThrow('needs the directory of the embedding layer');
    expect(() => createEmbedder({ model: 'bedrock:amazon.titan-embed-text-v2:0' })).toThrow(
      'AWS region and credentials',
    );
  });
});
