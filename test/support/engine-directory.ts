/** A fresh directory for engines. Apart from engines.ts, which needs a test runner around it. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As root, PostgreSQL runs as another user and must be able to pass through. */
const PASSABLE = 0o711;

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'auren-test-'));
  chmodSync(directory, PASSABLE);
  return directory;
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
