import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUTHORIZER, HTTP_ROUTES, OPERATOR_FUNCTIONS, QUEUE_CONSUMERS, SCHEDULES } from '../../functions/routes.ts';
import { BUNDLING } from '../../lib/constructs/bundling.ts';
import { ROOT } from './synthesized.ts';

/** A cold start reads the whole bundle; an empty one takes 114-130 ms already. */
const BUNDLE_MAX_BYTES = 300_000;

const inFolder = (folder: string, rows: readonly { name: string }[]) => rows.map(({ name }) => `${folder}/${name}`);
const FUNCTIONS = [
  ...inFolder('auth', [AUTHORIZER]),
  ...inFolder('http', HTTP_ROUTES),
  ...inFolder('queue', QUEUE_CONSUMERS),
  ...inFolder('schedule', SCHEDULES),
  ...OPERATOR_FUNCTIONS.map(({ folder, name }) => `${folder}/${name}`),
];

/** All functions bundled as the deployment bundles each, in one run of esbuild instead of thirty. */
describe('the bundle of', () => {
  let outdir: string;
  let outputs: Metafile['outputs'];

  beforeAll(async () => {
    // Away from the project: what a bundle leaves out is not found here either.
    outdir = await mkdtemp(join(tmpdir(), 'auren-bundles-'));
    const { metafile } = await build({
      entryPoints: FUNCTIONS.map((name) => ({ in: join(ROOT, 'functions', `${name}.ts`), out: name })),
      absWorkingDir: ROOT,
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: BUNDLING.target,
      minify: BUNDLING.minify,
      mainFields: BUNDLING.mainFields,
      banner: { js: BUNDLING.banner ?? '' },
      metafile: true,
      logLevel: 'silent',
    });
    outputs = metafile.outputs;
  });
  afterAll(() => rm(outdir, { recursive: true, force: true }));

  const fileOf = (name: string) => join(outdir, `${name}.mjs`);
  const inputsOf = (name: string) => Object.keys(outputs[relative(ROOT, fileOf(name))]?.inputs ?? {});

  it.each(FUNCTIONS)('%s exports its handler', async (name) => {
    const loaded: Record<string, unknown> = await import(pathToFileURL(fileOf(name)).href);

    expect(loaded.handler).toBeTypeOf('function');
  });

  it.each(FUNCTIONS)(`%s has at most ${BUNDLE_MAX_BYTES / 1_000} KB`, async (name) => {
    expect((await stat(fileOf(name))).size).toBeLessThanOrEqual(BUNDLE_MAX_BYTES);
  });

  it.each(FUNCTIONS)('%s holds no model, no CDK and nothing of the local run', (name) => {
    const inputs = inputsOf(name);

    expect(inputs.length).toBeGreaterThan(0);
    expect(
      inputs.filter((file) => /^(layers\/embedding|local|lib)\/|aws-cdk|onnxruntime|@energetic-ai/.test(file)),
    ).toEqual([]);
  });
});
