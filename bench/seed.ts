/** Fills the reading tenant: stores the data set, brings Redis up to it, embeds and indexes it, moves the old to cold. */
import { composeHotProjecting, composeIndexing, composeStoreBatch } from '@auren/memory/compose.ts';
import type { MemoryRecord, TierName } from '@auren/memory/memory.ts';
import { step } from '../local/progress.ts';
import { dataSet } from './data.ts';
import type { BenchOptions } from './options.ts';
import type { Stage } from './stage.ts';

const BATCH = 500;
const SLICE_MS = 2_000;
const GIVE_UP_MS = 15 * 60_000;

export type Seeded = Record<TierName, MemoryRecord[]>;

export async function seed({ reads, embedder }: Stage, { memories, users }: BenchOptions): Promise<Seeded> {
  const drafts = dataSet(memories, users, new Date());
  const { storeBatch } = await composeStoreBatch();
  const seeded: Seeded = { hot: [], warm: [], cold: [] };
  const storing = step(`store ${memories} memories`, memories);
  for (let at = 0; at < memories; at += BATCH) {
    const { memories: stored } = await storeBatch(reads.caller, drafts.slice(at, at + BATCH));
    for (const memory of stored) seeded[memory.tier].push(memory as MemoryRecord);
    storing.update(at + stored.length);
  }
  storing.end();

  await drained(composeHotProjecting(), reads.id, step('hot tier', memories), () => 0);
  const begun = embedder.embedded;
  await drained(composeIndexing(), reads.id, step('embed and index', memories), () => embedder.embedded - begun);
  embedder.keep();
  return seeded;
}

/** Runs a consumer until it has caught up. Also what keeps the hot tier's lease alive while nothing is stored. */
export async function drained(
  consumer: ReturnType<typeof composeHotProjecting>,
  tenantId: string,
  progress: ReturnType<typeof step> | null,
  done: () => number,
): Promise<void> {
  const { drain } = await consumer;
  const until = Date.now() + GIVE_UP_MS;
  for (;;) {
    const { caughtUp, parked } = await drain(tenantId, new Date(Date.now() + SLICE_MS));
    if (parked > 0) throw new Error(`${parked} events were parked`);
    progress?.update(done());
    if (caughtUp) break;
    if (Date.now() > until) throw new Error('a consumer does not catch up');
  }
  progress?.end();
}
