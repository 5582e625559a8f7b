/** The directory where the local run keeps its own small files beside the engines' data; secrets are readable by their owner alone. */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from './start-error.ts';

const OWNER_ONLY = 0o600;

export class DataDir {
  readonly path: string;

  /** Makes the directory where there is none. Throws a StartError where it cannot. */
  constructor(path: string) {
    this.path = resolve(path);
    try {
      // Not 0700: as root, PostgreSQL runs as another user and has to pass through.
      mkdirSync(this.path, { recursive: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new StartError(
        `AUREN_DATA_DIR ${this.path} cannot be made (${code}). Name a directory that you may write.`,
      );
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** The text of the file, undefined where there is none. */
  read(name: string): string | undefined {
    const file = this.file(name);
    if (!existsSync(file)) return undefined;
    if (!statSync(file).isFile()) throw new StartError(`${file} is not a file. Move it away and start again.`);
    return readFileSync(file, 'utf8').trim();
  }

  /** Replaces the file whole, so that a crash leaves the old text or the new one. */
  write(name: string, text: string): void {
    const file = this.file(name);
    const next = `${file}.next`;
    writeFileSync(next, `${text}\n`, { mode: OWNER_ONLY, flush: true });
    renameSync(next, file);
  }
}
