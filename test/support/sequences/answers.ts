/** Whether a call answered what the model foretold. Throws an error that says how not. */
import { isDeepStrictEqual } from 'node:util';
import { isAlive, type Model, mayRead } from './model.ts';
import type { Found, Read } from './operations/reading.ts';
import type { Session } from './session.ts';
import { leftUnderPressure } from './state.ts';
import { viewOfMemo } from './view.ts';

/** An answer, or the code of the refusal. */
export type Outcome = { answer: unknown } | { code: string; error: unknown };

export const outcomeOf = async (call: () => unknown): Promise<Outcome> => {
  try {
    return { answer: await call() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'thrown';
    return { code, error };
  }
};

const isRefused = (outcome: Outcome): outcome is { code: string; error: unknown } => 'code' in outcome;

export { isRefused };

export function fail(what: string, is: unknown, should: unknown): never {
  throw new Error(`${what}\n  is     ${JSON.stringify(is)}\n  should ${JSON.stringify(should)}`);
}

const told = (outcome: Outcome) => (isRefused(outcome) ? `${outcome.code}: ${outcome.error}` : outcome.answer);

/** PostgreSQL is down or went away: what has to be refused may be refused for that. A sweep says so in its own words. */
export function expectRefusal(step: { do: string }, actual: Outcome, foretold: Outcome): void {
  if (!isRefused(actual)) fail('answered without PostgreSQL', actual.answer, 'engine_unavailable');
  const codes = ['engine_unavailable', 'died', ...(step.do === 'sweep' ? ['thrown'] : [])];
  if (isRefused(foretold)) codes.push(foretold.code);
  if (!codes.includes(actual.code)) fail('refused without PostgreSQL', told(actual), codes);
}

export function expectAnswer(step: { do: string }, actual: Outcome, foretold: Outcome): void {
  if (isRefused(foretold)) {
    if (!isRefused(actual) || actual.code !== foretold.code) fail('refusal', told(actual), foretold.code);
    return;
  }
  const answer = isRefused(actual)
    ? told(actual)
    : step.do === 'search'
      ? (actual.answer as Found).views
      : actual.answer;
  if (!isDeepStrictEqual(plain(answer), plain(foretold.answer))) fail('answer', answer, foretold.answer);
}

/** Without what is undefined. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

interface Reading {
  /** Who reads, null for an unbound key. */
  by: string | null;
  areUsesExact: boolean;
}

/** A read answers the truth, or what Redis still shows of a change that it missed, or what had to leave Redis between two reads of a step. */
export async function expectReads(
  session: Session,
  after: Model,
  actual: Outcome,
  foretold: Outcome,
  reading: Reading,
): Promise<void> {
  if (isRefused(actual)) {
    if (!isRefused(foretold) || foretold.code !== actual.code) fail('read', told(actual), told(foretold));
    return;
  }
  const truth = isRefused(foretold) ? [] : (foretold.answer as Read[]);
  const answers = actual.answer as Read[];
  for (const { id, view, accessCount } of answers) {
    const right = truth.find((one) => one.id === id);
    if (right !== undefined && isDeepStrictEqual(plain(view), plain(right.view))) {
      if (reading.areUsesExact) expectUses(session, after, id, accessCount, right);
      continue;
    }
    const inWarm = right && { ...right.view, tier: 'warm' };
    if (isDeepStrictEqual(plain(view), plain(inWarm)) && (await leftUnderPressure(session, id))) continue;
    const old = (session.stale.get(id) ?? []).filter(
      (memo) => isAlive(after, memo) && mayRead(after, reading.by, memo),
    );
    if (!old.some((memo) => isDeepStrictEqual(plain(viewOfMemo(memo)), plain(view)))) {
      fail(`read of ${id}`, view, right?.view ?? 'nothing');
    }
  }
  for (const { id, view } of truth) if (!answers.some((one) => one.id === id)) fail(`read of ${id}`, 'nothing', view);
}

/** Exact while hot, else as of the last sweep. */
function expectUses(session: Session, after: Model, id: string, is: number, right: Read): void {
  const memo = after.memories.find((one) => one.id === id);
  const flushed = memo?.uses.filter(({ isFlushed }) => isFlushed).length ?? 0;
  const isExact = session.isFresh && memo?.tier === 'hot' && !session.stale.has(id);
  const allowed = isExact ? [right.accessCount] : [right.accessCount, flushed + 1];
  if (!allowed.includes(is)) fail(`access_count of ${id}`, is, allowed);
}
