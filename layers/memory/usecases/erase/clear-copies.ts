/**
 * Takes the copies of a person's memories out of Redis and Chroma, page by page over all memories there ever were about them, looks
 * that they are gone, and verifies each hash chain without its content. Kept as a place in the list: the next call goes on from there.
 * Then the same for memories that ended with them, which are few.
 */
import { EngineUnavailable } from '../../errors.ts';
import { verifyChain } from '../../log/chain.ts';
import { isEnding, type LogEvent } from '../../model/event.ts';
import type { EraseRun } from './run.ts';

/** Chroma gives 300 records a call. */
const PAGE = 300;
/** The indexer may write a record again that it was at when the memory ended, and takes it out itself. */
const REMOVALS_MAX = 3;

/** Cold copies stand on the same records and go with them. */
async function clearIndex({ ports, caller }: EraseRun, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  for (let removals = 0; ; removals += 1) {
    const present = [...(await ports.vectors.marks(caller.tenantId, ids)).keys()];
    if (present.length === 0) return;
    if (removals === REMOVALS_MAX) throw new EngineUnavailable('chroma', new Error('removed records are still there'));
    await ports.vectors.remove(caller.tenantId, present);
  }
}

async function clearPage(run: EraseRun, ids: readonly string[]): Promise<boolean> {
  const { ports, caller, userId } = run;
  const streams = [...(await ports.log.streams(caller.tenantId, ids)).values()];
  const lasts = streams.flatMap((events): LogEvent[] => events.slice(-1)).filter(isEnding);
  const marks = lasts.map(({ streamId, seq }) => ({ id: streamId, seq }));
  await Promise.all([
    ports.hot.forget(caller.tenantId, userId, marks),
    clearIndex(
      run,
      marks.map(({ id }) => id),
    ),
  ]);
  return streams.every((events) => verifyChain(ports.chainKey, events));
}

async function clearOwn(run: EraseRun): Promise<boolean> {
  const { ports, caller, userId, record } = run;
  do {
    const page = { afterId: record.cleared, limit: PAGE };
    const found = await ports.persons.streams(caller.tenantId, userId, page);
    const ids = found.filter((id) => id <= run.lastId);
    if (ids.length === 0) return true;
    const chainVerified = await clearPage(run, ids);
    record.cleared = ids.at(-1) ?? null;
    record.chainVerified &&= chainVerified;
    await ports.erasures.advance(caller.tenantId, record.id, { cleared: record.cleared, chainVerified });
    if (ids.length < PAGE) return true;
  } while (run.hasTime());
  return false;
}

async function clearEndedBeside(run: EraseRun): Promise<void> {
  const { ports, caller, userId, record } = run;
  let ids: string[] = [];
  do {
    const page = { afterId: ids.at(-1) ?? null, limit: PAGE };
    ids = await ports.persons.endedBeside(caller.tenantId, userId, record.id, page);
    // Without any it is told all the same: queries about the person may wait there.
    if (!(await clearPage(run, ids))) record.chainVerified = false;
  } while (ids.length === PAGE);
}

/** False where time ran out before the last page. Throws `EngineUnavailable` without Redis or Chroma. */
export async function clearCopies(run: EraseRun): Promise<boolean> {
  if (!(await clearOwn(run))) return false;
  await clearEndedBeside(run);
  return true;
}
