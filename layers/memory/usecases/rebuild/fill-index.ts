/**
 * A new index beside the one that serves, filled by the indexer's own code, each cold copy read back as it is written; when it is
 * whole it takes the other's place. Killed, the next run finds what is filled already. Searches meanwhile use the one that serves,
 * or, where there is none, go by words; cold memories come from it or from the log.
 */
import { bringToIndex } from '../../feed/indexer.ts';
import { INDEX_CONSUMER } from '../../feed/names.ts';
import { type Held, underLease } from './lease.ts';
import type { Progress, RebuildPorts } from './ports.ts';

/** Embedding one of 16 KB takes a second: small, so that progress shows. */
const BATCH = 50;
const IDS_PER_PAGE = 300;

/** Memories that ended since an earlier run had filled them in. */
async function removeEnded({ next, repair }: RebuildPorts, tenantId: string): Promise<void> {
  let from = 0;
  for (;;) {
    const ids = await next.vectors.page(tenantId, from, IDS_PER_PAGE);
    if (ids.length === 0) return;
    const living = new Set((await repair.rows(tenantId, ids)).map(({ id }) => id));
    const gone = ids.filter((id) => !living.has(id));
    if (gone.length > 0) await next.vectors.remove(tenantId, gone);
    from += ids.length - gone.length;
  }
}

async function fill(ports: RebuildPorts, tenantId: string, total: number, held: Held, progress: Progress) {
  const { repair, next } = ports;
  await next.vectors.create(tenantId);
  let done = 0;
  progress('index', done, total);
  let ids = await repair.ids(tenantId, null, BATCH);
  while (ids.length > 0) {
    held.check();
    await bringToIndex({ ...ports, vectors: next.vectors, cold: next.cold }, tenantId, ids);
    done += ids.length;
    progress('index', done, total);
    ids = await repair.ids(tenantId, ids.at(-1) ?? null, BATCH);
  }
  await removeEnded(ports, tenantId);
}

/** `total` memories, for the progress alone. Throws `in_progress` where the indexer is at work elsewhere. */
export async function fillIndex(ports: RebuildPorts, tenantId: string, total: number, progress: Progress) {
  const { consumers, log, next, poke } = ports;
  await underLease(consumers, INDEX_CONSUMER, tenantId, async (held) => {
    // Taken first: what changes while the memories are read comes again as events.
    const horizon = await log.horizon(tenantId);
    await fill(ports, tenantId, total, held, progress);
    held.check();
    await next.publish(tenantId);
    await held.advance(horizon);
  });
  await poke.poke(tenantId);
}
