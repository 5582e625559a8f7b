/** Store and batch. */
import fc from 'fast-check';
import { instant } from '../../../../layers/memory/clock.ts';
import type { MemoryDraft } from '../../../../layers/memory/memory.ts';
import type { Metadata } from '../../../../layers/memory/model/memory.ts';
import {
  assertVisibilityFits,
  assertWritesIn,
  change,
  DAY,
  living,
  type Memo,
  type Model,
  pinsLeft,
  Refused,
  tierOfAge,
} from '../model.ts';
import { callerOf, viewOf, viewOfMemo } from '../view.ts';
import {
  AGENTS,
  by,
  confidence,
  type Operation,
  onceIn,
  priority,
  spaceIdAt,
  ttlSeconds,
  type,
  visibility,
  whoIs,
  words,
} from './operation.ts';

const drafts = fc.record({
  agentId: fc.constantFrom(...AGENTS.slice(0, 2)),
  userId: onceIn(3, fc.constantFrom('u1', 'u2'), null),
  space: onceIn(5, fc.nat(2), null),
  visibility: onceIn(12, visibility),
  key: onceIn(3, fc.constant('k1'), null),
  type,
  words,
  priority,
  confidence,
  metadata: fc.constantFrom<Metadata>({}, { mood: 'calm' }, { mood: 1, night: true }),
  pinned: onceIn(8, fc.constant(true), false),
  ttlSeconds: onceIn(4, ttlSeconds),
  ageDays: onceIn(2, fc.constantFrom(25, 40, 100, 360, 370, 800), 0),
});
type Draft = typeof drafts extends fc.Arbitrary<infer D> ? D : never;

const contentOf = (draft: Draft, tag: string) => ({ tag, text: draft.words.join(' ') });

const draftOf = (model: Model, draft: Draft, tag: string): MemoryDraft => ({
  agentId: draft.agentId,
  userId: draft.userId,
  spaceId: spaceIdAt(model, draft.space),
  key: draft.key,
  type: draft.type,
  content: contentOf(draft, tag),
  priority: draft.priority,
  confidence: draft.confidence,
  metadata: draft.metadata,
  pinned: draft.pinned,
  createdAt: instant(model.now - draft.ageDays * DAY),
  ...(draft.visibility === undefined ? {} : { visibility: draft.visibility }),
  ...(draft.ttlSeconds === undefined ? {} : { ttlSeconds: draft.ttlSeconds }),
});

function memoOf(model: Model, draft: Draft, tag: string): Memo {
  const spaceId = spaceIdAt(model, draft.space);
  const createdAt = model.now - draft.ageDays * DAY;
  return {
    id: null,
    tag,
    agentId: draft.agentId,
    userId: draft.userId,
    spaceId,
    visibility: draft.visibility ?? (spaceId !== null ? 'space' : draft.userId !== null ? 'user' : 'agent'),
    key: draft.key,
    type: draft.type,
    content: contentOf(draft, tag),
    confidence: draft.confidence,
    priority: draft.priority,
    metadata: draft.metadata,
    pinned: draft.pinned,
    createdAt,
    expiresAt: draft.ttlSeconds === undefined ? null : model.now + draft.ttlSeconds * 1_000,
    tier: draft.pinned ? 'hot' : tierOfAge(createdAt, model.now),
    version: 1,
    updatedAt: model.now,
    movedAt: model.now,
    retainedBy: null,
    uses: [],
    isGone: false,
  };
}

const isSameName = (a: Memo, b: Memo): boolean =>
  a.key !== null && a.key === b.key && a.agentId === b.agentId && a.userId === b.userId && a.spaceId === b.spaceId;

/** Storing a key again replaces content and numbers; id, created_at and the pin stay. */
function put(model: Model, memo: Memo): { created: boolean; memory: unknown } {
  const before = living(model).find((one) => isSameName(one, memo));
  if (before === undefined) {
    model.memories.push(memo);
    return { created: true, memory: viewOfMemo(memo) };
  }
  const { type, content, confidence, priority, metadata, visibility, expiresAt, tag } = memo;
  const pinned = memo.pinned || before.pinned;
  change(model, before, { type, content, confidence, priority, metadata, visibility, expiresAt, pinned, tag });
  return { created: false, memory: viewOfMemo(before) };
}

function putAll(model: Model, caller: string | null, memos: Memo[]) {
  for (const memo of memos) {
    if (caller !== null && caller !== memo.agentId) throw new Refused('agent_mismatch');
    assertVisibilityFits(memo);
    if (caller !== null) assertWritesIn(model, caller, memo.spaceId);
  }
  const pins = memos.filter(({ pinned }) => pinned).length;
  if (pins > 0 && pins > pinsLeft(model)) throw new Refused('conflict');
  for (const memo of memos) assertWritesIn(model, caller, memo.spaceId);
  return memos.map((memo) => put(model, memo));
}

const idempotencyOf = (tag: string) => ({ key: `step-${tag}`, fingerprint: tag });

const stores = fc.record({ do: fc.constant('store' as const), by, draft: drafts });
export const store: Operation<typeof stores extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: stores,
  predict: (model, step, tag) => putAll(model, whoIs(step.by, step.draft.agentId), [memoOf(model, step.draft, tag)])[0],
  async act({ memory, tenantId }, model, step, tag) {
    const caller = callerOf(tenantId, model, whoIs(step.by, step.draft.agentId));
    const stored = await memory.store(caller, draftOf(model, step.draft, tag), idempotencyOf(tag));
    return { created: stored.created, memory: viewOf(stored.memory) };
  },
};

const batches = fc.record({
  do: fc.constant('batch' as const),
  by,
  drafts: fc.array(drafts, { minLength: 1, maxLength: 5 }),
});
/** One owner, and a key on the first alone: a key twice in a batch is refused at the door. */
const draftsOf = (step: { drafts: Draft[] }): Draft[] =>
  step.drafts.map((draft, n) => ({
    ...draft,
    agentId: step.drafts[0]?.agentId ?? draft.agentId,
    key: n === 0 ? draft.key : null,
  }));
export const batch: Operation<typeof batches extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: batches,
  predict(model, step, tag) {
    const all = draftsOf(step);
    const memos = all.map((draft, n) => memoOf(model, draft, `${tag}.${n}`));
    return putAll(model, whoIs(step.by, all[0]?.agentId ?? ''), memos).map(({ memory }) => memory);
  },
  async act({ memory, tenantId }, model, step, tag) {
    const all = draftsOf(step);
    const caller = callerOf(tenantId, model, whoIs(step.by, all[0]?.agentId ?? ''));
    const made = all.map((draft, n) => draftOf(model, draft, `${tag}.${n}`));
    return (await memory.storeBatch(caller, made, idempotencyOf(tag))).memories.map(viewOf);
  },
};
