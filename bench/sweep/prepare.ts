/** Stores the aging tenant and brings Redis and the index to where they would stand before a sweep. */
import { withMeaning } from '@auren/memory/adapters.ts';
import { composeHotProjecting, composeStoreBatch } from '@auren/memory/compose.ts';
import { INDEX_CONSUMER } from '@auren/memory/feed/names.ts';
import type { Memory } from '@auren/memory/memory.ts';
import { partitionKey } from '@auren/memory/search/partition-vector.ts';
import { step } from '../../local/progress.ts';
import { type Random, randomFrom } from '../random.ts';
import { drained } from '../seed.ts';
import type { Stage } from '../stage.ts';
import { agingBatches, type Wave } from './aging.ts';

const BATCH = 500;
const USERS = 100;
const SEED = 13;
const LEASE_MS = 10_000;

function unitVector(random: Random, dimensions: number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random.next() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((part) => part / length);
}

/**
 * Gives the index what will move, and leaves the rest out: no move touches it. Vectors are random, for embedding the texts would take
 * minutes and says nothing about moves.
 */
async function standInIndex({ reads, embedder }: Stage, moving: readonly Memory[]): Promise<void> {
  const { vectors, consumers, hot } = await withMeaning();
  const random = randomFrom(SEED);
  const progress = step('index what will move', moving.length);
  await vectors.create(reads.id);
  for (let at = 0; at < moving.length; at += BATCH) {
    const entries = moving.slice(at, at + BATCH).map((memory) => ({
      id: memory.id,
      seq: 1,
      partition: partitionKey(memory),
      vector: unitVector(random, embedder.dimensions),
    }));
    await vectors.upsert(reads.id, entries);
    progress.update(at + entries.length);
  }
  progress.end();
  // The projector has just read to the end of the log: there the index stands as well.
  const end = await hot.cursor(reads.id);
  if (end === null) throw new Error('the hot projector has no cursor');
  await consumers.acquire(INDEX_CONSUMER, reads.id, 'bench', LEASE_MS);
  await consumers.advance(INDEX_CONSUMER, reads.id, 'bench', end, LEASE_MS);
  await consumers.release(INDEX_CONSUMER, reads.id, 'bench');
}

export async function prepareAging(stage: Stage, count: number, waves: readonly Wave[]): Promise<void> {
  const { storeBatch } = await composeStoreBatch();
  const due = waves.reduce((sum, wave) => sum + wave.count, 0);
  const moving: Memory[] = [];
  const progress = step(`store ${count} memories`, count);
  let stored = 0;
  for (const drafts of agingBatches(count, USERS, waves, BATCH)) {
    const { memories } = await storeBatch(stage.reads.caller, drafts);
    moving.push(...memories.slice(0, Math.max(0, due - stored)));
    stored += memories.length;
    progress.update(stored);
  }
  progress.end();
  await drained(composeHotProjecting(), stage.reads.id, step('hot tier', count), () => 0);
  await standInIndex(stage, moving);
}
