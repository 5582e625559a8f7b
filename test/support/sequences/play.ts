/**
 * Plays a sequence on the system and on the model side by side. After every step the answer, the whole catalog and the capacity are
 * compared; at the end, recovered and swept, everything in every engine.
 */

import { isDeepStrictEqual } from 'node:util';
import { recount } from '../recount.ts';
import { expectAnswer, expectReads, expectRefusal, fail, isRefused, type Outcome, outcomeOf } from './answers.ts';
import { isAlive, type Memo, type Model, Refused } from './model.ts';
import { ownerAt, whoIs } from './operations/operation.ts';
import { isDown, newSession, type Session } from './session.ts';
import { rowsOf, settleHalfway, settleState } from './state.ts';
import { entryOf, type Sequence, type Step } from './steps.ts';
import type { Ground } from './world.ts';

const READS = ['retrieve', 'get', 'search'];
const DRAINS = ['project', 'index'];
/** They may be repeated with the same idempotency key. */
const REPEATABLE = ['store', 'batch', 'control', 'create-space'];
const AT_REST: Step[] = ['recovery', 'sweep', 'project', 'index', 'sweep', 'project', 'index'].map((name) => ({
  do: name,
}));

export async function play(ground: Ground, { steps }: Sequence): Promise<void> {
  const session = await newSession(ground);
  for (const [n, step] of [...steps, ...AT_REST].entries()) {
    try {
      await playStep(session, step, String(n));
    } catch (error) {
      throw new Error(`step ${n} ${JSON.stringify(step)}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
  await expectRest(session);
}

/** Swept and drained: nothing is left to do, and every copy is where it belongs. */
async function expectRest({ world }: Session): Promise<void> {
  const { moved, expired, marked, restored, removed_copies, backlog } = await world.sweep();
  const left = { moved, expired, marked, restored, removed_copies, backlog };
  const nothing = {
    moved: { age: 0, use: 0, prediction: 0, policy: 0, pressure: 0 },
    expired: 0,
    marked: 0,
    restored: 0,
    removed_copies: 0,
    backlog: 0,
  };
  if (JSON.stringify(left) !== JSON.stringify(nothing)) fail('a sweep after a sweep did something', left, nothing);
  const faults = await recount(world);
  if (faults.length > 0) throw new Error(`the recount differs:\n  ${faults.join('\n  ')}`);
}

interface Played {
  step: Step;
  before: Model;
  after: Model;
  foretold: Outcome;
  actual: Outcome;
  struck: string | null;
}

async function playStep(session: Session, step: Step, tag: string): Promise<void> {
  const { world } = session;
  const { operation } = entryOf(step);
  // Half counted uses would be judged: the next sweep settles them first.
  if (session.isUnsettled && step.do === 'retention') return;
  const before = session.model;
  const after = structuredClone(before);
  const foretold = await outcomeOf(() => operation.predict(after, step, tag));
  const usesBefore = READS.includes(step.do) ? await world.ports.hot.pendingUses(world.tenantId) : new Map();
  world.faults.arm(step.fault);
  let actual = await outcomeOf(() => operation.act(world, before, step, tag));
  let struck: string | null = world.faults.struck;
  world.faults.arm();
  if (struck?.startsWith('crash')) {
    await world.restart();
    actual = { code: 'died', error: 'the process died' };
  }
  note(session, step, struck);
  const isRepeated = struck !== null && REPEATABLE.includes(step.do) && (step.fault?.call ?? 0) % 2 === 0;
  if (isRepeated && isRefused(actual) && !isDown(session, 'postgres')) {
    actual = await outcomeOf(() => operation.act(world, before, step, tag));
    struck = 'repeated';
  }
  const played: Played = { step, before, after, foretold, actual, struck };
  await checkAnswer(session, played);
  session.model = await stateAfter(session, played, usesBefore);
  remember(session, before, struck);
  await checkHot(session, played);
}

/** What a step means for how far Redis is to be believed. */
function note(session: Session, step: Step, struck: string | null): void {
  if (struck !== null || ['outage', 'empty-redis'].includes(step.do)) session.isCalm = false;
  if (struck !== null || ['outage', 'empty-redis', 'advance'].includes(step.do)) session.isFresh = false;
  if (struck !== null && step.do === 'sweep') session.isUnsettled = true;
}

async function checkAnswer(session: Session, { step, before, after, foretold, actual, struck }: Played): Promise<void> {
  const isSure = struck === null || struck === 'repeated';
  // The tiers beside PostgreSQL cost a request nothing but time.
  const isAnswered = isSure || ((struck === 'cut-redis' || struck === 'cut-chroma') && entryOf(step).isAtomic);
  const isCut = isDown(session, 'postgres') || struck === 'lost' || struck === 'cut-postgres';
  if (DRAINS.includes(step.do)) {
    const mayFail = !isSure || session.world.faults.down.size > 0;
    if (isRefused(actual) && !mayFail) throw actual.error;
    return;
  }
  if (step.do === 'retrieve' || step.do === 'get') {
    const place = 'at' in step ? (step.at as number) : ((step as unknown as { ats: number[] }).ats[0] ?? 0);
    const by = whoIs((step as unknown as { by: null }).by, ownerAt(before, place));
    const areUsesExact = struck === null && before.isRedisUp && !session.isUnsettled;
    if (isCut && isRefused(actual)) expectRefusal(step, actual, foretold);
    else if (isAnswered && !isDown(session, 'postgres'))
      await expectReads(session, after, actual, foretold, { by, areUsesExact });
    else if (!isRefused(actual)) await expectReads(session, after, actual, foretold, { by, areUsesExact: false });
    return;
  }
  if (isCut && isRefused(actual)) expectRefusal(step, actual, foretold);
  else if (isAnswered) expectAnswer(step, actual, foretold);
}

async function stateAfter(
  session: Session,
  { step, before, after, foretold, actual, struck }: Played,
  usesBefore: ReadonlyMap<string, { count: number }>,
): Promise<Model> {
  const { operation, isAtomic } = entryOf(step);
  const isSure = struck === null || struck === 'repeated';
  if (isDown(session, 'postgres')) {
    if (READS.includes(step.do)) return await withUsesCounted(session, step, before, usesBefore);
    return isRefused(actual) || isRefused(foretold) ? before : after;
  }
  if (READS.includes(step.do) && !(isSure && before.isRedisUp)) {
    return await settleState(session, before, [await withUsesCounted(session, step, before, usesBefore)]);
  }
  if (isSure && step.do === 'sweep' && before.isRedisUp) session.isUnsettled = false;
  if (isSure) {
    if (!isRefused(actual)) operation.learn?.(after, step, actual.answer);
    const isDone = !isRefused(foretold) && (!isRefused(actual) || DRAINS.includes(step.do));
    return await settleState(session, before, [isDone ? after : before]);
  }
  if (isRefused(foretold) && isAtomic) return await settleState(session, before, [before]);
  return isAtomic
    ? await settleState(session, before, [after, before])
    : await settleHalfway(session, before, waysOn(before, after, { step, foretold }));
}

/** Where a sweep or a policy may lead: with the uses in Redis, without them, or with them counted and Redis gone since. */
function waysOn(before: Model, after: Model, { step, foretold }: Pick<Played, 'step' | 'foretold'>): Model[] {
  if (isRefused(foretold)) return [before];
  const without = (areCounted: boolean) => {
    const model = { ...structuredClone(before), isRedisUp: false };
    if (areCounted) for (const use of model.memories.flatMap(({ uses }) => uses)) use.isFlushed = true;
    try {
      entryOf(step).operation.predict(model, step, '');
      return model;
    } catch (error) {
      // Without the uses it would have been refused, and nothing done.
      if (error instanceof Refused) return before;
      throw error;
    }
  };
  return [after, without(false), without(true)];
}

/** Of a read that failed, or that went by another way, only Redis knows whether it counted; never twice. */
async function withUsesCounted(
  { world }: Session,
  step: Step,
  before: Model,
  usesBefore: ReadonlyMap<string, { count: number }>,
) {
  const times = 'times' in step ? Number(step.times) : 1;
  const model = structuredClone(before);
  const now = await world.ports.hot.pendingUses(world.tenantId);
  for (const memo of model.memories) {
    const id = memo.id ?? '';
    const more = (now.get(id)?.count ?? 0) - (usesBefore.get(id)?.count ?? 0);
    if (more < 0 || more > times) fail(`uses of ${id} counted by ${times} reads`, more, `0 to ${times}`);
    for (let use = 0; use < more; use += 1) memo.uses.push({ at: model.now, isFlushed: false });
  }
  return model;
}

/** What Redis has missed it may show until the projector tells it. */
function remember(session: Session, before: Model, struck: string | null): void {
  if (struck === null && before.isRedisUp) return;
  const told = ({ uses: _, ...memo }: Memo) => JSON.stringify(memo);
  for (const [n, memo] of before.memories.entries()) {
    const now = session.model.memories[n];
    if (memo.id === null || now === undefined || told(now) === told(memo)) continue;
    session.stale.set(memo.id, [...(session.stale.get(memo.id) ?? []), memo]);
  }
}

async function checkHot(session: Session, { step, actual, struck }: Played): Promise<void> {
  const { world, model } = session;
  if (step.do === 'empty-redis') session.stale.clear();
  if (step.do === 'project' && struck === null && !isRefused(actual) && actual.answer === true) {
    session.stale.clear();
    session.isFresh = true;
  }
  if (session.isFresh && step.do === 'project') await expectTruthInRedis(session);
  const held = await world.ports.hot.count(world.tenantId);
  if (held > model.capacity) fail('copies in Redis', held, `at most ${model.capacity}`);
  if (step.do !== 'sweep' || struck !== null || world.faults.down.size > 0) return;
  const hot = (await rowsOf(session)).filter(({ tier }) => tier === 'hot').length;
  if (hot !== held) fail('hot memories after a sweep', hot, held);
}

/** Right after the projector has caught up: no copy of what is gone or lies elsewhere, and none that is old. */
async function expectTruthInRedis({ world, model }: Session): Promise<void> {
  const memos = model.memories.filter(({ id }) => id !== null);
  const copies = await world.ports.hot.get(
    world.tenantId,
    memos.map(({ id }) => id ?? ''),
  );
  for (const memo of memos) {
    const copy = copies.get(memo.id ?? '');
    // What has expired may stay until the sweep; every read looks at its time.
    if (copy === undefined || (!memo.isGone && !isAlive(model, memo))) continue;
    const should = !memo.isGone && memo.tier === 'hot' ? memo.content : 'nothing';
    if (!isDeepStrictEqual(copy.content, should)) fail(`the copy of ${memo.id} in Redis`, copy.content, should);
  }
}
