/** Redis emptied at random while many read, write and delete: no answer is ever wrong, and the next sweep has the hot set whole again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { codeOf, type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { recount } from '../../support/recount.ts';
import { swept } from '../sweep/tiers.ts';

const MEMORIES = 12;
const CHANGES = 12;
const READERS = 4;
const PAUSE_MS = 40;

/** What was acknowledged of a memory; content n stands for version n. */
interface Known {
  id: string;
  version: number;
  /** Its deletion has begun: until it is acknowledged, either answer is right. */
  isEnding: boolean;
  isDeleted: boolean;
}

const text = (version: number) => ({ text: `version ${version}` });

async function write(d: Domain, known: Known, isDoomed: boolean): Promise<void> {
  for (let n = 0; n < CHANGES; n += 1) {
    const { version } = await d.memory.update(d.caller(), known.id, { content: text(known.version + 1) }, {});
    known.version = version;
    await sleep(Math.random() * PAUSE_MS);
  }
  if (!isDoomed) return;
  known.isEnding = true;
  await d.memory.delete(d.caller(), known.id, {});
  known.isDeleted = true;
}

/** What a read answered that it must not; null is good. */
async function readWrongly(d: Domain, known: Known): Promise<unknown> {
  const { version: atLeast, isDeleted } = known;
  const answer = await codeOf(d.memory.retrieve(d.caller(), known.id, {}));
  if (answer === 'not_found') return known.isEnding ? null : `${known.id} is lost`;
  const { version, content } = answer as Known & { content: { text: string } };
  const isRight = !isDeleted && version >= atLeast && content.text === text(version).text;
  return isRight ? null : { version, content, atLeast, isDeleted };
}

it('never shows in an answer', async () => {
  const d = await domain(sharedEngines());
  const known: Known[] = [];
  for (let n = 0; n < MEMORIES; n += 1) {
    known.push({ id: (await d.store({ content: text(1) })).id, version: 1, isEnding: false, isDeleted: false });
  }
  let isOver = false;
  const wrong: unknown[] = [];
  let reads = 0;
  let losses = 0;
  const reading = Array.from({ length: READERS }, async () => {
    while (!isOver) {
      const one = known[Math.floor(Math.random() * known.length)];
      const fault = one === undefined ? null : await readWrongly(d, one);
      if (fault !== null) wrong.push(fault);
      reads += 1;
    }
  });
  const losing = (async () => {
    while (!isOver) {
      await sleep(Math.random() * 3 * PAUSE_MS);
      const keys = await d.redis.keys(`auren:{${d.tenantId}}:*`);
      if (keys.length > 0) await d.redis.del(...keys);
      losses += 1;
    }
  })();

  // A projector that sees Redis emptied under it gives up, and is called again.
  const projecting = (async () => {
    while (!isOver) expect(['conflict', undefined]).toContain(await codeOf(d.project().then(() => undefined)));
  })();

  await Promise.all(known.map((one, n) => write(d, one, n % 3 === 0)));
  isOver = true;
  await Promise.all([...reading, losing, projecting]);
  await swept(d);
  await d.drain();

  expect(wrong).toEqual([]);
  expect([reads > CHANGES, losses > 2]).toEqual([true, true]);
  const living = known.filter(({ isDeleted }) => !isDeleted).map(({ id }) => id);
  const copies = await d.ports.hot.get(d.tenantId, living);
  expect(living.map((id) => copies.get(id)?.content)).toEqual(living.map(() => text(CHANGES + 1)));
  expect(await recount(d)).toEqual([]);
});
