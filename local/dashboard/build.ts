/**
 * The dashboard built in memory when it is first asked for, and again when its sources have changed: a fresh clone needs no
 * build step, a start does not wait for one (0.5 s), and runs side by side have no directory to fight over.
 */
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface BuiltFile {
  readonly body: Buffer;
  /** Its name carries a hash of its content. */
  readonly hashed: boolean;
}
export type BuiltFiles = ReadonlyMap<string, BuiltFile>;

const ROOT = join(import.meta.dirname, '../../dashboard');
const SOURCES = ['index.html', 'public', 'src'].map((name) => join(ROOT, name));

export class DashboardBuild {
  #built: { of: number; files: Promise<BuiltFiles> } | undefined;

  /** Path -> file. A failed build is not kept: the next request tries again. */
  files(): Promise<BuiltFiles> {
    const changed = Math.max(...SOURCES.map(changedAt));
    if (this.#built?.of === changed) return this.#built.files;
    const building = buildFiles();
    const built = { of: changed, files: building };
    this.#built = built;
    building.catch(() => {
      if (this.#built === built) this.#built = undefined;
    });
    return building;
  }
}

function changedAt(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

async function buildFiles(): Promise<BuiltFiles> {
  const [{ build }, { default: config }] = await Promise.all([
    import('vite'),
    import('../../dashboard/vite.config.ts'),
  ]);
  const built = await build({
    ...config,
    configFile: false,
    logLevel: 'error',
    build: { ...config.build, write: false },
  });
  const [output] = [built].flat();
  if (!output || !('output' in output)) throw new Error('Vite answered no files');
  const files = new Map<string, BuiltFile>();
  for (const file of output.output) {
    const body = Buffer.from(file.type === 'chunk' ? file.code : file.source);
    files.set(`/${file.fileName}`, { body, hashed: file.fileName.startsWith('assets/') });
  }
  for (const name of readdirSync(join(ROOT, 'public'))) {
    files.set(`/${name}`, { body: await readFile(join(ROOT, 'public', name)), hashed: false });
  }
  return files;
}
