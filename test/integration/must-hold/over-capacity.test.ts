/** Three times more than fits, from 16 writers at once: the counter never exceeds the capacity, nothing is lost, the best stay hot. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hotKeys } from '@auren/memory/keys.ts';
import { expect, it } from 'vitest';
import { daysAfter } from '../../support/clock.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { listAll, recount } from '../../support/recount.ts';
import { swept } from '../sweep/tiers.ts';

const CAPACITY = 60;
const WRITERS = 16;
const EACH = 12;

/** Counted in Redis itself for as long as the writers write. */
async function samples(d: Domain, writing: Promise<unknown>): Promise<number[]> {
  const counts: number[] = [];
  let isOver = false;
  const end = writing.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    counts.push(await d.redis.zcard(hotKeys(d.tenantId).scores));
    await sleep(1);
  }
  await end;
  return counts;
}

/** ACT-R's base level for n uses in a lifetime, with priority and confidence, as docs and design state it. */
const scoreOf = (m: { priority: number; confidence: number; createdAt: string }, uses: number, nowMs: number): number =>
  Math.log(2 * (uses + 1)) -
  0.5 * Math.log(Math.max(1, (nowMs - Date.parse(m.createdAt)) / 1_000)) +
  0.5 * m.priority +
  m.confidence;

it('keeps the counter within the capacity, every memory readable, and the best by score hot', async () => {
  const d = await domain(sharedEngines(), { settings: { AUREN_HOT_CAPACITY: String(CAPACITY) } });
  const contents = new Map<string, unknown>();
  const writer = async (_: unknown, w: number) => {
    for (let n = 0; n < EACH; n += 1) {
      const place = w * EACH + n;
      const content = { place, text: `what writer ${w} has to say` };
      // Spread so that no two scores are equal, and not in the order of writing.
      const priority = ((place * 37) % (WRITERS * EACH)) / 20;
      const { id } = await d.store({ content, priority, createdAt: daysAfter(d.clock.instant(), -1 - (n % 5)) });
      contents.set(id, content);
    }
  };

  const counts = await samples(d, Promise.all(Array.from({ length: WRITERS }, writer)));
  await d.drain();
  const { memories, missing } = await d.memory.getMany(d.caller(), [...contents.keys()], 1e7);
  await swept(d);
  await d.drain();

  expect([counts.length > 10, Math.max(...counts)]).toEqual([true, CAPACITY]);
  expect([contents.size, missing]).toEqual([WRITERS * EACH, []]);
  expect(new Map(memories.map(({ id, content }) => [id, content]))).toEqual(contents);
  const all = await listAll(d.memory, d.caller());
  const byScore = all.toSorted((a, b) => scoreOf(b, 1, +d.clock.now()) - scoreOf(a, 1, +d.clock.now()));
  const tiers = Object.groupBy(all, ({ tier }) => tier);
  expect(tiers.hot?.map(({ id }) => id).sort()).toEqual(
    byScore
      .slice(0, CAPACITY)
      .map(({ id }) => id)
      .sort(),
  );
  expect(tiers.warm?.length).toBe(all.length - CAPACITY);
  expect(await recount(d)).toEqual([]);
});
