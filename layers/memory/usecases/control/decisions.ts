/** What each control action means for one memory. Pure: a change, an end, or the reason why nothing happens. */
import { andThen, type ChangeContext, type Changed, ended, movedTo, prioritized, updated } from '../../log/change.ts';
import type { LogEvent } from '../../model/event.ts';
import type { Hold, MemoryRecord, TierName } from '../../model/memory.ts';

export type SkipReason = 'not_found' | 'not_owner' | 'unchanged' | 'pinned' | 'capacity';
export type Decision = { change: Changed } | { end: LogEvent } | { skip: SkipReason };
export type Decide = (context: ChangeContext, before: MemoryRecord, reason: string | undefined) => Decision;

export const PRIORITY_MAX = 10;

const DOWN: Partial<Record<TierName, TierName>> = { hot: 'warm', warm: 'cold' };
const UP: Partial<Record<TierName, TierName>> = { cold: 'warm', warm: 'hot' };

const move = (
  context: ChangeContext,
  before: MemoryRecord,
  tier: TierName | undefined,
  hold: Hold | null,
  note?: string,
): Decision =>
  tier === undefined || tier === before.tier
    ? { skip: 'unchanged' }
    : { change: movedTo(context, before, tier, 'agent', hold, note) };

export const decidePrioritize =
  (boostFactor: number): Decide =>
  (context, before, reason) => {
    const priority = Math.min(PRIORITY_MAX, before.priority * boostFactor);
    return priority === before.priority
      ? { skip: 'unchanged' }
      : { change: prioritized(context, before, priority, reason) };
  };

/** A pin holds a memory hot, from wherever it is. */
export const decidePin: Decide = (context, before, reason) => {
  if (before.pinned) return { skip: 'unchanged' };
  const pinned = updated(context, before, { pinned: true }, reason);
  return {
    change: before.tier === 'hot' ? pinned : andThen(pinned, (record) => movedTo(context, record, 'hot', 'agent')),
  };
};

export const decideUnpin: Decide = (context, before, reason) =>
  before.pinned ? { change: updated(context, before, { pinned: false }, reason) } : { skip: 'unchanged' };

export const decideArchive: Decide = (context, before, reason) =>
  before.pinned ? { skip: 'pinned' } : move(context, before, 'cold', 'archived', reason);

export const decideDemote: Decide = (context, before, reason) =>
  before.pinned ? { skip: 'pinned' } : move(context, before, DOWN[before.tier], 'demoted', reason);

export const decidePromote: Decide = (context, before, reason) => move(context, before, UP[before.tier], null, reason);

export const decideForget: Decide = (context, before, reason) => ({
  end: ended(context, before, 'memory.deleted', reason ?? 'agent'),
});
