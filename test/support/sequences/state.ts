/** Whether the catalog holds what the model says, and which of two states it is in after a fault. */
import { isDeepStrictEqual } from 'node:util';
import { AurenError } from '../../../layers/memory/errors.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { aCaller } from '../builders.ts';
import { listAll } from '../recount.ts';
import { isAlive, living, type Memo, type Model } from './model.ts';
import type { Session } from './session.ts';
import { tagOf, viewOf, viewOfMemo } from './view.ts';

export const rowsOf = async ({ world }: Session): Promise<MemoryRecord[]> =>
  (await listAll(world.memory, aCaller(world.tenantId))) as MemoryRecord[];

const rowOf = (rows: readonly MemoryRecord[], memo: Memo): MemoryRecord | undefined =>
  rows.find((row) => (memo.id === null ? tagOf(row) === memo.tag : row.id === memo.id));

/** Names what the answers did not. */
async function bind(session: Session, model: Model, rows: readonly MemoryRecord[]): Promise<void> {
  for (const memo of living(model)) memo.id ??= rowOf(rows, memo)?.id ?? null;
  if (model.spaces.every(({ id }) => id !== null)) return;
  const { items } = await session.world.memory.listSpaces(aCaller(session.world.tenantId), { limit: 100 });
  for (const space of model.spaces) space.id ??= items.find(({ name }) => name === space.name)?.id ?? null;
}

/** A policy's id is the system's own: the first that is met is believed, and then every time. */
function nameOf(session: Session, policyId: string | null, name: string | null): string | null {
  if (policyId === null) return null;
  const known = session.policyNames.get(policyId);
  if (known !== undefined || name === null) return known ?? policyId;
  session.policyNames.set(policyId, name);
  return name;
}

function differences(session: Session, model: Model, rows: readonly MemoryRecord[]): string[] {
  const memos = living(model);
  const found: string[] = [];
  const matched = new Set<MemoryRecord>();
  const same = (what: string, is: unknown, should: unknown) => {
    if (!isDeepStrictEqual(is, should))
      found.push(`${what} is ${JSON.stringify(is)}, should be ${JSON.stringify(should)}`);
  };
  for (const memo of memos) {
    const row = rowOf(rows, memo);
    if (row === undefined) {
      found.push(`${memo.id ?? memo.tag} is lost: ${JSON.stringify(memo)}`);
      continue;
    }
    matched.add(row);
    same(row.id, viewOf(row), viewOfMemo(memo));
    same(`${row.id}.retainedBy`, nameOf(session, row.retainedBy, memo.retainedBy), memo.retainedBy);
    same(`${row.id}.tierSince`, Date.parse(row.tierSince), memo.movedAt);
    if (!session.isUnsettled) {
      same(`${row.id}.accessCount`, row.accessCount, memo.uses.filter(({ isFlushed }) => isFlushed).length);
    }
  }
  for (const row of rows) if (!matched.has(row)) found.push(`${row.id} should not be: ${JSON.stringify(row.content)}`);
  return found;
}

async function spaceDifferences({ world }: Session, model: Model): Promise<string[]> {
  const { items } = await world.memory.listSpaces(aCaller(world.tenantId), { limit: 100 });
  const is = items.map(({ name, members }) => [name, ...members.map((one) => `${one.agentId}:${one.role}`)]);
  const should = model.spaces
    .filter(({ isGone }) => !isGone)
    .map(({ name, members }) => [
      name,
      ...Object.entries(members)
        .map(([agentId, role]) => `${agentId}:${role}`)
        .sort(),
    ]);
  const text = (lines: string[][]) =>
    lines
      .map((line) => line.join(' '))
      .sort()
      .join(', ');
  return text(is) === text(should) ? [] : [`spaces are ${text(is)}, should be ${text(should)}`];
}

/** Whether it was moved to warm to make room, at this very moment. */
export async function leftUnderPressure({ world, model }: Session, id: string): Promise<boolean> {
  const { events } = await world.memory.history(aCaller(world.tenantId), id);
  const { data, at } = events.filter(({ type }) => type === 'memory.tier_changed').at(-1) ?? {};
  const isPressure = data?.reason === 'pressure' && data.from === 'hot' && data.to === 'warm';
  return isPressure && at !== undefined && Date.parse(at) === model.now;
}

/**
 * Who leaves a full hot tier is not foretold: that it had to be, and that it is warm now. Where nothing ever failed, something may
 * leave only where there was too much.
 */
async function absorbPressure(session: Session, before: Model, model: Model, rows: readonly MemoryRecord[]) {
  // What has expired takes its room until a sweep has ended it.
  const held = [...before.memories, ...model.memories].filter(({ tier, isGone }) => tier === 'hot' && !isGone);
  const hot = new Set(held.map(({ tag }) => tag));
  if (session.isCalm && hot.size <= model.capacity) return;
  for (const memo of living(model)) {
    const row = rowOf(rows, memo);
    if (row === undefined || row.tier !== 'warm' || Date.parse(row.tierSince) !== model.now || memo.pinned) continue;
    if (await leftUnderPressure(session, row.id)) Object.assign(memo, { tier: 'warm', movedAt: model.now });
  }
}

/** The first of the candidates that the catalog agrees with. Throws where none does. */
export async function settleState(session: Session, before: Model, candidates: readonly Model[]): Promise<Model> {
  const rows = await rowsOf(session);
  const faults: string[] = [];
  for (const candidate of candidates) {
    const model = structuredClone(candidate);
    await absorbPressure(session, before, model, rows);
    const found = [...differences(session, model, rows), ...(await spaceDifferences(session, model))];
    if (found.length === 0) {
      await bind(session, model, rows);
      return model;
    }
    faults.push(found.join('\n  '));
  }
  throw new Error(`the catalog agrees with no state that it may be in:\n  ${faults.join('\n or\n  ')}`);
}

/**
 * After a sweep or a policy that was cut off: each memory is as before, or as one of the ways on would have left it, or halfway; and
 * nothing but its tier, its mark and its counted uses has changed.
 */
export async function settleHalfway(session: Session, before: Model, ends: readonly Model[]): Promise<Model> {
  const rows = await rowsOf(session);
  const model = structuredClone(before);
  for (const [n, memo] of model.memories.entries()) {
    const row = rowOf(rows, memo);
    const outcomes = ends.flatMap((end) => end.memories[n] ?? []);
    if (!isAlive(before, memo)) continue;
    if (row === undefined) memo.isGone = ends.some((end) => !isAlive(end, end.memories[n] ?? memo));
    else adopt(session, memo, outcomes, row);
  }
  model.policies = await policiesOf(session, [before, ...ends]);
  return await settleState(session, before, [model]);
}

function adopt(session: Session, memo: Memo, outcomes: readonly Memo[], row: MemoryRecord): void {
  const moved = Date.parse(row.tierSince);
  if (row.tier === 'warm' || outcomes.some(({ tier }) => tier === row.tier)) memo.tier = row.tier;
  if (moved === session.model.now) memo.movedAt = moved;
  for (const { retainedBy } of outcomes) {
    if (nameOf(session, row.retainedBy, retainedBy) === retainedBy) memo.retainedBy = retainedBy;
  }
  if (row.accessCount === memo.uses.length) for (const use of memo.uses) use.isFlushed = true;
}

function nothingFound(error: unknown): null {
  if (error instanceof AurenError && error.code === 'not_found') return null;
  throw error;
}

async function policiesOf({ world, policyNames }: Session, models: readonly Model[]): Promise<Model['policies']> {
  const standing: Model['policies'] = {};
  for (const agentId of new Set(models.flatMap(({ policies }) => Object.keys(policies)))) {
    const policy = await world.memory.policy(aCaller(world.tenantId), agentId).catch(nothingFound);
    if (policy === null) continue;
    const candidates = models.flatMap(({ policies }) => policies[agentId] ?? []);
    const known = candidates.find(({ id }) => id === policyNames.get(policy.id));
    const like = candidates.findLast(
      ({ onFail, minPriority }) => onFail === policy.onFail && minPriority === policy.criteria.minPriority,
    );
    const found = known ?? like;
    if (found === undefined) throw new Error(`a policy of ${agentId} stands that nobody set: ${policy.id}`);
    standing[agentId] = found;
  }
  return standing;
}
