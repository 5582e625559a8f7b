/**
 * The catalog, row by row, to the exact state that the log gives; what is right already is not touched. So the tenant is never left
 * with less of a catalog than it had, a rebuild that was killed goes on where rows still differ, and writers may go on meanwhile.
 */
import type { MemoryRecord } from '../../model/memory.ts';
import type { Progress, RebuildPorts } from './ports.ts';
import type { LogState } from './verify-log.ts';
import { walk } from './walk.ts';

/** Each is one transaction of well under 500 ms: an open one keeps every consumer of the log waiting. */
const ROWS_PER_BATCH = 100;
const IDS_PER_PAGE = 500;
const SPACES_PER_BATCH = 50;

function* batches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

async function removeEnded({ repair }: RebuildPorts, tenantId: string): Promise<number> {
  let removed = 0;
  let ids = await repair.ids(tenantId, null, IDS_PER_PAGE);
  while (ids.length > 0) {
    removed += await repair.removeEnded(tenantId, ids);
    ids = await repair.ids(tenantId, ids.at(-1) ?? null, IDS_PER_PAGE);
  }
  return removed;
}

/** Answers how many rows were wrong, missing or too many. Rows of memories refer to spaces: these come first and go last. */
export async function restoreCatalog(
  ports: RebuildPorts,
  tenantId: string,
  { spaces, policies }: LogState,
  progress: Progress,
): Promise<number> {
  const { repair } = ports;
  let repaired = 0;
  for (const some of batches(spaces, SPACES_PER_BATCH)) repaired += await repair.restoreSpaces(tenantId, some);
  repaired += await repair.restorePolicies(tenantId, policies);
  repaired += await removeEnded(ports, tenantId);
  for await (const folds of walk(ports, tenantId, 'catalog', progress)) {
    const memories = folds.map(({ memory }) => memory).filter((memory): memory is MemoryRecord => memory !== null);
    for (const some of batches(memories, ROWS_PER_BATCH)) repaired += await repair.restore(tenantId, some);
  }
  repaired += await repair.removeSpaces(
    tenantId,
    spaces.map(({ id }) => id),
  );
  return repaired;
}
