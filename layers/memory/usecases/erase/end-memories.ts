/**
 * Ends every living memory of a person, and those that tell what patterns say of them, a batch a commit: an event each, content gone from
 * the log and the catalog in the same transaction. Whoever changes one of them meanwhile makes its batch be read again, in smaller ones.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogRow, IdPage } from '../../catalog/port.ts';
import { instant } from '../../clock.ts';
import { EngineUnavailable } from '../../errors.ts';
import { contextFor, ended } from '../../log/change.ts';
import type { LogEvent } from '../../model/event.ts';
import { wasRaced } from '../retried.ts';
import type { EraseRun } from './run.ts';

/** A commit of these takes PostgreSQL well under 500 ms: longer ones would delay every consumer of the log. */
const BATCH = 200;
const PAUSE_MS = 5;

/** Redis serves what it holds while its lease lives: it is told at once, and again when the copies are cleared. */
export async function tellRedis({ ports, caller, userId }: EraseRun, events: readonly LogEvent[]): Promise<void> {
  try {
    const marks = events.map(({ streamId, seq }) => ({ id: streamId, seq }));
    await ports.hot.forget(caller.tenantId, userId, marks);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    ports.warn('Redis was not told of erased memories; the erasure stays open until it is', error);
  }
}

async function endAll(run: EraseRun, rows: readonly CatalogRow[]): Promise<void> {
  const { ports, caller, record, reason } = run;
  const context = contextFor(ports, caller, instant(ports.clock.now()));
  const about = { erasure_id: record.id };
  const events = rows.map((row) => ended(context, { ...row, content: {} }, 'memory.erased', reason ?? null, about));
  const { tenantId } = caller;
  await ports.log.commit({ tenantId, events, ended: rows.map(({ id }) => id), now: context.now });
  await tellRedis(run, events);
}

/** What was passed when the copies were cleared and has come since is passed again: said before it ends, so that no crash forgets it. */
async function stepBack({ ports, caller, record }: EraseRun, rows: readonly CatalogRow[]): Promise<void> {
  const { cleared } = record;
  if (cleared === null || rows.every(({ id }) => id > cleared)) return;
  record.cleared = null;
  await ports.erasures.advance(caller.tenantId, record.id, { cleared: null, chainVerified: true });
}

/** False where time ran out before none was left. */
async function endWhatIsFound(run: EraseRun, find: (page: IdPage) => Promise<CatalogRow[]>): Promise<boolean> {
  let size = BATCH;
  let afterId: string | null = null;
  let isAny = false;
  try {
    do {
      const rows: CatalogRow[] = await find({ afterId, limit: size });
      const last = rows.at(-1);
      if (last === undefined) return true;
      try {
        await stepBack(run, rows);
        await endAll(run, rows);
        isAny = true;
        if (rows.length < size) return true;
        afterId = last.id;
        size = BATCH;
      } catch (error) {
        if (!wasRaced(error)) throw error;
        size = Math.max(1, Math.floor(size / 2));
        await sleep(PAUSE_MS);
      }
    } while (run.hasTime());
    return false;
  } finally {
    if (isAny) await run.ports.poke.poke(run.caller.tenantId);
  }
}

/** Those that this call began with. */
export const endMemories = (run: EraseRun): Promise<boolean> =>
  endWhatIsFound(run, async (page) => {
    const found = await run.ports.persons.memories(run.caller.tenantId, run.userId, page, 'none');
    return found.filter(({ id }) => id <= run.lastId);
  });

/** Call it after the person's own, and before the patterns are removed by which they are found. */
export const endInsights = (run: EraseRun): Promise<boolean> =>
  endWhatIsFound(run, (page) => run.ports.persons.insights(run.caller.tenantId, run.userId, page));
