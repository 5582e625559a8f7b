/** One run per data directory: two would start two servers on the same files. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, stillRunning } from './processes.ts';
import { EngineError } from './types.ts';

/** Takes the lock of the directory and returns its release. A lock whose owner is gone is taken over. */
export function lockDirectory(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'engines.lock');
  const mine = identify(process.pid);
  if (!writeNew(file, mine)) {
    const owner = stillRunning(readFileSync(file, 'utf8'));
    if (owner !== undefined) {
      throw new EngineError(
        `AUREN Memory already runs on ${dataDir} (process ${owner}). Stop that one, or set AUREN_DATA_DIR to another directory.`,
      );
    }
    writeFileSync(file, mine);
  }
  return () => {
    rmSync(file, { force: true });
  };
}

function writeNew(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
