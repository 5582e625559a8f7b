/** Update and delete. */
import fc from 'fast-check';
import type { MemoryPatch } from '../../../../layers/memory/memory.ts';
import {
  assertVisibilityFits,
  assertWritesIn,
  change,
  isAlive,
  type Memo,
  type Model,
  mayChange,
  mayRead,
  pinsLeft,
  Refused,
} from '../model.ts';
import { callerOf, viewOf, viewOfMemo } from '../view.ts';
import {
  at,
  by,
  confidence,
  idAt,
  memoAt,
  type Operation,
  onceIn,
  ownerAt,
  priority,
  spaceIdAt,
  spacePlace,
  ttlSeconds,
  visibility,
  whoIs,
  words,
} from './operation.ts';

function toChange(model: Model, who: string | null, memo: Memo | undefined): Memo {
  if (memo === undefined || !isAlive(model, memo) || !mayRead(model, who, memo)) throw new Refused('not_found');
  if (!mayChange(model, who, memo)) throw new Refused('not_owner');
  return memo;
}

const updates = fc.record({
  do: fc.constant('update' as const),
  by,
  at,
  ifMatch: fc.constantFrom('none' as const, 'none' as const, 'current' as const, 'current' as const, 'stale' as const),
  words: onceIn(2, words),
  priority: onceIn(2, priority),
  confidence: onceIn(3, confidence),
  metadata: onceIn(3, fc.constantFrom({ mood: null }, { mood: 'bright' }, { added: 2 })),
  pinned: onceIn(5, fc.boolean()),
  visibility: onceIn(5, visibility),
  space: onceIn(5, spacePlace),
  ttlSeconds: onceIn(5, onceIn(2, ttlSeconds, null)),
});
type Update = typeof updates extends fc.Arbitrary<infer S> ? S : never;

/** A memory with a key stays in its space: the key could be taken there, and that is another test. */
function patchOf(model: Model, step: Update, tag: string): MemoryPatch {
  const memo = memoAt(model, step.at);
  const space = memo?.key == null && step.space !== undefined ? { spaceId: spaceIdAt(model, step.space) } : {};
  const plain = {
    priority: step.priority,
    confidence: step.confidence,
    metadata: step.metadata as MemoryPatch['metadata'],
    pinned: step.pinned,
    visibility: step.visibility,
    ttlSeconds: step.ttlSeconds,
    content: step.words && { tag, text: step.words.join(' ') },
    ...space,
  };
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
}

const ifMatchOf = (model: Model, { at: place, ifMatch }: Update): { ifMatch?: number } => {
  const version = memoAt(model, place)?.version ?? 1;
  if (ifMatch === 'none') return {};
  return { ifMatch: ifMatch === 'current' ? version : version + 1 };
};

/** The memory's fields after the patch. */
function patched(model: Model, memo: Memo, { metadata, ttlSeconds: ttl, ...plain }: MemoryPatch): Partial<Memo> {
  const fields: Partial<Memo> = { ...(plain as Partial<Memo>) };
  if (plain.content !== undefined) fields.tag = String(plain.content.tag);
  if (ttl !== undefined) fields.expiresAt = ttl === null ? null : model.now + ttl * 1_000;
  if (metadata !== undefined) {
    const merged = Object.entries({ ...memo.metadata, ...metadata }).filter(([, value]) => value !== null);
    fields.metadata = Object.fromEntries(merged) as Memo['metadata'];
  }
  return fields;
}

export const update: Operation<Update> = {
  arbitrary: updates,
  predict(model, step, tag) {
    const who = whoIs(step.by, ownerAt(model, step.at));
    const memo = toChange(model, who, memoAt(model, step.at));
    if (step.ifMatch === 'stale') throw new Refused('stale_version');
    const fields = patched(model, memo, patchOf(model, step, tag));
    const after = { ...memo, ...fields };
    const isChanged = JSON.stringify(viewOfMemo(after)) !== JSON.stringify(viewOfMemo(memo));
    if (isChanged) {
      assertVisibilityFits(after);
      const enters = after.spaceId !== memo.spaceId || (after.visibility === 'space' && memo.visibility !== 'space');
      if (who !== null && enters) assertWritesIn(model, who, after.spaceId);
      if (after.pinned && !memo.pinned && pinsLeft(model) < 1) throw new Refused('conflict');
      if (enters) assertWritesIn(model, who, after.spaceId);
    }
    change(model, memo, fields);
    return viewOfMemo(memo);
  },
  async act({ memory, tenantId }, model, step, tag) {
    const caller = callerOf(tenantId, model, whoIs(step.by, ownerAt(model, step.at)));
    const patch = patchOf(model, step, tag);
    return viewOf(await memory.update(caller, idAt(model, step.at), patch, ifMatchOf(model, step)));
  },
};

const deletes = fc.record({ do: fc.constant('delete' as const), by, at });
export const deletion: Operation<typeof deletes extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: deletes,
  predict(model, step) {
    toChange(model, whoIs(step.by, ownerAt(model, step.at)), memoAt(model, step.at)).isGone = true;
    return 'deleted';
  },
  async act({ memory, tenantId }, model, step) {
    const caller = callerOf(tenantId, model, whoIs(step.by, ownerAt(model, step.at)));
    await memory.delete(caller, idAt(model, step.at), {});
    return 'deleted';
  },
};
