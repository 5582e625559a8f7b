/**
 * After a commit: Redis and the poke, side by side, never fatal: the log has the truth and its consumers repair what fails here.
 * What had to leave Redis to make room is moved to warm by the request that pushed it out.
 */
import { AurenError, EngineUnavailable } from '../errors.ts';
import type { ChangeContext, Changed } from '../log/change.ts';
import { movedTo, rowOf } from '../log/change.ts';
import type { MemoryRecord } from '../model/memory.ts';
import type { Mark } from '../tiers/port.ts';
import type { Ports } from './ports.ts';

export type PublishPorts = Pick<Ports, 'hot' | 'poke' | 'log' | 'catalog' | 'warn'>;

async function tellRedis(
  ports: PublishPorts,
  context: ChangeContext,
  records: readonly MemoryRecord[],
  gone: readonly Mark[],
) {
  const hot = records.filter((record) => record.tier === 'hot');
  const left = [...gone, ...records.filter((record) => record.tier !== 'hot').map(({ id, seq }) => ({ id, seq }))];
  try {
    const [put] = await Promise.all([
      hot.length > 0 ? ports.hot.putAndEvict(context.tenantId, hot, context.now) : { evicted: [] },
      left.length > 0 ? ports.hot.remove(context.tenantId, left) : undefined,
    ]);
    return put.evicted;
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    ports.warn('Redis was not told of a commit; the projector will', error);
    return [];
  }
}

/** Moves memories that Redis evicted to warm. Loses to whoever changed them meanwhile: that change brought its own copy. */
export async function flipEvicted(
  ports: PublishPorts,
  context: ChangeContext,
  evicted: readonly MemoryRecord[],
): Promise<void> {
  if (evicted.length === 0) return;
  const flip = async (records: readonly MemoryRecord[]) => {
    const moves = records.map((record) => movedTo(context, record, 'warm', 'pressure'));
    await ports.log.commit({
      tenantId: context.tenantId,
      events: moves.flatMap(({ events }) => events),
      rows: moves.map(rowOf),
      now: context.now,
    });
  };
  // Sorted, so that two writers that evict the same memories wait for each other instead of locking crosswise.
  const ordered = [...evicted].sort((a, b) => (a.id < b.id ? -1 : 1));
  try {
    await flip(ordered);
  } catch (error) {
    if (!(error instanceof AurenError && error.code === 'conflict')) throw error;
    const rows = await ports.catalog.find(
      context.tenantId,
      ordered.map(({ id }) => id),
      'none',
      context.now,
    );
    const unchanged = new Set(rows.map(({ id, seq }) => `${id}@${seq}`));
    const still = ordered.filter(({ id, seq }) => unchanged.has(`${id}@${seq}`));
    if (still.length > 0) await flip(still);
  }
}

/** Call once after every commit of memories. */
export async function publish(
  ports: PublishPorts,
  context: ChangeContext,
  changed: readonly Changed[],
  gone: readonly Mark[] = [],
): Promise<void> {
  const records = changed.map(({ record }) => record);
  const [evicted] = await Promise.all([tellRedis(ports, context, records, gone), ports.poke.poke(context.tenantId)]);
  try {
    await flipEvicted(ports, context, evicted);
  } catch (error) {
    // The memories are safe in the catalog, only their tier is not yet true; a read or the sweep repairs it.
    ports.warn('memories that left Redis under pressure were not moved to warm', error);
  }
}
