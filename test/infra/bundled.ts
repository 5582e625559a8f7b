/** All functions bundled as the deployment bundles each, in one run of esbuild instead of thirty. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import {
  AUTHORIZER,
  HTTP_ROUTES,
  OPERATOR_FUNCTIONS,
  QUEUE_CONSUMERS,
  SCHEDULES,
  SOCKET_AUTHORIZER,
  SOCKET_ROUTES,
} from '../../functions/routes.ts';
import { BUNDLING } from '../../lib/constructs/bundling.ts';
import { ROOT } from './synthesized.ts';

const inFolder = (folder: string, rows: readonly { name: string }[]) => rows.map(({ name }) => ({ folder, name }));
export const FUNCTIONS = [
  ...inFolder('auth', [AUTHORIZER, SOCKET_AUTHORIZER]),
  ...inFolder('http', HTTP_ROUTES),
  ...inFolder('socket', SOCKET_ROUTES),
  ...inFolder('queue', QUEUE_CONSUMERS),
  ...inFolder('schedule', SCHEDULES),
  ...OPERATOR_FUNCTIONS.map(({ folder, name }) => ({ folder, name })),
];

/** Node's own loader, as in Lambda: the test runner's would transform every bundle first, which takes longer than the tests. */
const load = createRequire(import.meta.url);

export interface Bundle {
  file: string;
  /** The module's exports; each bundle is a module of its own. */
  load(): Record<string, unknown>;
  /** The sources in it, relative to the project. */
  inputs: string[];
}

export interface Bundles {
  of(name: string): Bundle;
  remove(): Promise<void>;
}

export async function bundleAll(): Promise<Bundles> {
  // Away from the project: what a bundle leaves out is not found here either.
  const outdir = await mkdtemp(join(tmpdir(), 'auren-bundles-'));
  const { metafile } = await build({
    entryPoints: FUNCTIONS.map(({ folder, name }) => ({
      in: join(ROOT, 'functions', folder, `${name}.ts`),
      out: name,
    })),
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
  return {
    of(name) {
      const file = join(outdir, `${name}.mjs`);
      return {
        file,
        load: () => load(file),
        inputs: Object.keys(metafile.outputs[relative(ROOT, file)]?.inputs ?? {}),
      };
    },
    remove: () => rm(outdir, { recursive: true, force: true }),
  };
}
