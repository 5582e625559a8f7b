/** A fresh data directory for one test. */
import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { DataDir } from '../../../local/data-dir.ts';
import { temporaryDirectory } from '../../support/engine-directory.ts';

export function temporaryDataDir(): DataDir {
  const path = temporaryDirectory();
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return new DataDir(path);
}
