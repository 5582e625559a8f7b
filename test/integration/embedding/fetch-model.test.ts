import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchModel, type Progress } from '../../../layers/embedding/download.ts';
import { MINILM, type ModelManifest } from '../../../layers/embedding/manifest.ts';
import { createEmbedder } from '../../../layers/memory/embedding/create.ts';
import { MODELS } from '../../../layers/memory/embedding/models.ts';
import { tinyModelFiles } from '../../support/tiny-onnx-model.ts';

const layerDir = join(import.meta.dirname, '../../../layers/embedding');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The real manifest with the checksums of the tiny files. */
function manifestOf(files: Record<string, Uint8Array>): ModelManifest {
  return {
    ...MINILM,
    files: MINILM.files.map((file) => ({ ...file, sha256: sha256(files[file.name] ?? Buffer.of()) })),
  };
}

describe('model:fetch', () => {
  const files = tinyModelFiles();
  const manifest = manifestOf(files);
  let served: Map<string, Uint8Array>;
  let requests: string[];
  let cutAfterBytes: number | undefined;
  let server: Server;
  let mirror: string;
  let modelsDir: string;
  let outcomes: string[];
  let fetchedBytes: number;
  let progress: Progress;

  beforeEach(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'auren-models-'));
    requests = [];
    outcomes = [];
    fetchedBytes = 0;
    cutAfterBytes = undefined;
    progress = {
      start: () => {},
      advance: (bytes) => {
        fetchedBytes += bytes;
      },
      done: (file, outcome) => outcomes.push(`${file} ${outcome}`),
    };
    served = new Map(
      manifest.files.map((file) => [
        `/${manifest.repository}/resolve/${manifest.revision}/${file.path}`,
        files[file.name] ?? Buffer.of(),
      ]),
    );
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      const bytes = served.get(request.url ?? '');
      response.writeHead(bytes ? 200 : 404, { 'content-length': bytes?.length ?? 0 });
      if (bytes && cutAfterBytes !== undefined)
        response.write(bytes.subarray(0, cutAfterBytes), () => response.destroy());
      else response.end(bytes);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(modelsDir, { recursive: true, force: true });
  });

  const stored = () => readdir(join(modelsDir, manifest.model));
  const runScript = async (base: string) => {
    const child = spawn(process.execPath, [join(layerDir, 'fetch-model.ts'), modelsDir], {
      env: { AUREN_MODEL_MIRROR: base },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    const [exitCode] = await once(child, 'close', { signal: AbortSignal.timeout(20_000) });
    return { exitCode, output };
  };

  it('fetches what the model needs, and the embedder runs on it', async () => {
    await fetchModel(manifest, modelsDir, `${mirror}/`, progress);

    const embedder = createEmbedder({ model: 'all-MiniLM-L6-v2', layerDir, modelsDir });
    expect(await embedder.embedQuery('sleep')).toHaveLength(384);
    await embedder.close();
    expect((await stored()).sort()).toEqual([...MODELS['all-MiniLM-L6-v2'].weights].sort());
    expect(fetchedBytes).toBe(Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0));
  });

  it('fetches again only what is missing or damaged', async () => {
    await fetchModel(manifest, modelsDir, mirror, progress);
    await writeFile(join(modelsDir, manifest.model, 'tokenizer.json'), 'damaged');
    outcomes = [];

    await fetchModel(manifest, modelsDir, mirror, progress);

    expect(outcomes).toEqual(['model.onnx present', 'tokenizer.json fetched', 'tokenizer_config.json present']);
    expect(await readFile(join(modelsDir, manifest.model, 'tokenizer.json'))).toEqual(
      Buffer.from(files['tokenizer.json'] ?? ''),
    );
  });

  it('stores nothing when the checksum differs', async () => {
    for (const url of served.keys()) served.set(url, Buffer.from('something else'));

    await expect(fetchModel(manifest, modelsDir, mirror, progress)).rejects.toThrow(
      /SHA-256 .* expected .* not stored/,
    );

    expect(await stored()).toEqual([]);
  });

  it('stores nothing when the connection breaks', async () => {
    cutAfterBytes = 100;

    await expect(fetchModel(manifest, modelsDir, mirror, progress)).rejects.toThrow(/model_quantized.onnx broke off/);

    expect(await stored()).toEqual([]);
  });

  it('names the address that has no such file', async () => {
    served.clear();

    await expect(fetchModel(manifest, modelsDir, mirror, progress)).rejects.toThrow(
      /model_quantized.onnx answered HTTP 404/,
    );
  });

  it('as a command, asks the mirror for the pinned revision and refuses what is not the pinned file', async () => {
    const { exitCode, output } = await runScript(mirror);

    expect(requests).toEqual([`/${MINILM.repository}/resolve/${MINILM.revision}/onnx/model_quantized.onnx`]);
    expect(exitCode).toBe(1);
    expect(output).toContain(`expected ${MINILM.files[0]?.sha256}`);
    expect(await stored()).toEqual([]);
  });

  it('as a command, says what to do when the hub cannot be reached', async () => {
    server.close();

    const { exitCode, output } = await runScript(mirror);

    expect(exitCode).toBe(1);
    expect(output).toContain('cannot be reached: set AUREN_MODEL_MIRROR');
  });

  it('pins a whole revision and a SHA-256 for every file the model needs', async () => {
    expect(MINILM.revision).toMatch(/^[0-9a-f]{40}$/);
    expect(MINILM.files.map((file) => file.name)).toEqual([...MODELS['all-MiniLM-L6-v2'].weights]);
    for (const file of MINILM.files) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    await expect(stat(join(modelsDir, MINILM.model))).rejects.toThrow('ENOENT');
  });
});
