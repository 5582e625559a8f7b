/** The admin key of the default tenant, kept in the data directory over restarts. */
import type { DataDir } from './data-dir.ts';

const FILE = 'dev-key';

/**
 * The admin key of the default tenant. One that the database no longer knows (another DATABASE_URL, a lost master key) is
 * replaced: the key is for development, and an unusable one helps nobody.
 */
export async function developmentKey(
  dataDir: DataDir,
  isKnown: (apiKey: string) => Promise<boolean>,
  create: () => Promise<string>,
): Promise<{ apiKey: string; isNew: boolean }> {
  const kept = dataDir.read(FILE);
  if (kept && (await isKnown(kept))) return { apiKey: kept, isNew: false };
  const apiKey = await create();
  dataDir.write(FILE, apiKey);
  return { apiKey, isNew: true };
}
