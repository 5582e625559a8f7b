/**
 * Uses go from Redis to the catalog, each once. Two engines cannot change at once, so a flush has an id: PostgreSQL counts it together
 * with its record, Redis takes it off together with its id, and every sweep begins by settling the last flush again. Killed anywhere,
 * the next sweep finishes; a Redis that rolled back behind the last flush settles it again; one that was emptied takes nothing off.
 */
import { randomUUID } from 'node:crypto';
import type { UseFlush } from '../../tiers/port.ts';
import type { SweepRun } from './run.ts';

const FLUSH_BATCH = 500;

async function count({ ports, tenantId }: SweepRun, flush: Parameters<SweepRun['ports']['catalog']['countUses']>[1]) {
  await ports.catalog.countUses(tenantId, flush);
  return await settleLast({ ports, tenantId });
}

async function settleLast({ ports, tenantId }: Pick<SweepRun, 'ports' | 'tenantId'>): Promise<UseFlush | null> {
  const last = await ports.catalog.lastFlush(tenantId);
  if (last !== null) await ports.hot.settleUses(tenantId, last);
  return last;
}

/** Answers the ids of what was used. */
export async function flushUses(run: SweepRun): Promise<string[]> {
  const { ports, tenantId, tally } = run;
  // The first one counts nothing: from then on both sides know a flush to go by.
  let last = (await settleLast(run)) ?? (await count(run, { id: randomUUID(), previous: '', uses: [] }));
  const pending = [...(await ports.hot.pendingUses(tenantId))];
  for (let start = 0; start < pending.length && (await run.goesOn()); start += FLUSH_BATCH) {
    const uses = pending
      .slice(start, start + FLUSH_BATCH)
      .map(([id, { count: times, recent, hours }]) => ({ id, count: times, recent: recent.slice(0, times), hours }));
    last = await count(run, { id: randomUUID(), previous: last?.id ?? '', uses });
    tally.usesCounted += uses.reduce((sum, use) => sum + use.count, 0);
  }
  return pending.map(([id]) => id);
}
