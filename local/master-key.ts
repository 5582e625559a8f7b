/** The key that wraps all others: `AUREN_MASTER_KEY`, or one made on first start. In AWS it comes from KMS. */
import { randomBytes } from 'node:crypto';
import type { DataDir } from './data-dir.ts';
import { StartError } from './start-error.ts';

const FILE = 'master-key';
const KEY_BYTES = 32;

/** 32 bytes in base64. Without the key that wrote them, sealed memories and API keys of the directory are lost. */
export function masterKey(dataDir: DataDir, env: NodeJS.ProcessEnv): string {
  if (env.AUREN_MASTER_KEY) return env.AUREN_MASTER_KEY;
  const kept = dataDir.read(FILE);
  if (kept === undefined) {
    const made = randomBytes(KEY_BYTES).toString('base64');
    dataDir.write(FILE, made);
    return made;
  }
  if (Buffer.from(kept, 'base64').length === KEY_BYTES) return kept;
  throw new StartError(
    `${dataDir.file(FILE)} is damaged. Restore it, or set AUREN_MASTER_KEY, or begin anew in another AUREN_DATA_DIR.`,
  );
}
