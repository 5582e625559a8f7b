/** One shape for a memory of the model and a memory of the system, so that they compare. */
import { type Instant, instant } from '../../../layers/memory/clock.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { Memory } from '../../../layers/memory/model/memory.ts';
import { aCaller } from '../builders.ts';
import { isDual, type Memo, type Model } from './model.ts';

const FIELDS = [
  ...(['agentId', 'userId', 'spaceId', 'visibility', 'key', 'type', 'content', 'confidence', 'priority'] as const),
  ...(['metadata', 'pinned', 'tier', 'version'] as const),
];

export type View = Record<string, unknown>;

const pick = (of: Pick<Memo, (typeof FIELDS)[number]> | Memory): View =>
  Object.fromEntries(FIELDS.map((name) => [name, of[name]]));

const instantOf = (ms: number | null): Instant | null => (ms === null ? null : instant(ms));

export const viewOfMemo = (memo: Memo): View => ({
  ...pick(memo),
  dualStored: isDual(memo),
  createdAt: instantOf(memo.createdAt),
  updatedAt: instantOf(memo.updatedAt),
  expiresAt: instantOf(memo.expiresAt),
});

export const viewOf = (memory: Memory): View => ({
  ...pick(memory),
  dualStored: memory.dualStored,
  createdAt: memory.createdAt,
  updatedAt: memory.updatedAt,
  expiresAt: memory.expiresAt,
});

export const tagOf = (memory: Pick<Memory, 'content'>): string => String(memory.content.tag);

/** What the key check says of a caller now. */
export function callerOf(tenantId: string, model: Model, by: string | null): Caller {
  const mine = model.spaces.filter(({ isGone, id, members }) => !isGone && id !== null && by !== null && by in members);
  const spaceRoles = Object.fromEntries(mine.map(({ id, members }) => [id ?? '', members[by ?? ''] ?? 'reader']));
  return aCaller(tenantId, { agentId: by, spaceRoles });
}
