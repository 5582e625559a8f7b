/** What a sweep does by the guarantees: uses counted, policies applied again, then up by use or down by age. */
import { DAY, living, type Memo, type Model, move, type Policy, TIERS, type Tier, tierOfAge } from './model.ts';

const USES_TO_RISE = 3;
const WEEK = 7 * DAY;

const depth = (tier: Tier): number => TIERS.indexOf(tier);

/** One point per satisfied criterion. */
export function isKept(model: Model, policy: Policy, memo: Memo): boolean {
  const uses = model.isRedisUp ? memo.uses.length : memo.uses.filter(({ isFlushed }) => isFlushed).length;
  const points = [
    policy.minPriority !== null && memo.priority >= policy.minPriority,
    policy.minUses !== null && uses >= policy.minUses,
    policy.maxAgeDays !== null && model.now - memo.createdAt <= policy.maxAgeDays * DAY,
  ].filter(Boolean).length;
  return points >= policy.threshold;
}

export function judge(model: Model, policy: Policy, memo: Memo): void {
  const isKeptNow = isKept(model, policy, memo);
  memo.retainedBy = isKeptNow ? policy.id : null;
  if (isKeptNow || memo.pinned) return;
  if (policy.onFail === 'forget') memo.isGone = true;
  else if (policy.onFail === 'archive') move(model, memo, 'cold');
  else if (memo.tier === 'hot') move(model, memo, 'warm');
}

function place(model: Model, memo: Memo): void {
  if (memo.pinned) return;
  const policy = model.policies[memo.agentId];
  const highest: Tier =
    policy === undefined || memo.retainedBy === policy.id ? 'hot' : policy.onFail === 'archive' ? 'cold' : 'warm';
  const counted = memo.uses.filter(({ isFlushed }) => isFlushed).map(({ at }) => at);
  const weekAgo = model.now - WEEK;
  const isUsed = (since: number) => counted.filter((at) => at > since).length >= USES_TO_RISE;
  const up = TIERS[depth(memo.tier) - 1];
  if (up !== undefined && depth(up) >= depth(highest) && isUsed(Math.max(weekAgo, memo.movedAt))) {
    move(model, memo, up);
    return;
  }
  const stretch = memo.retainedBy === null ? 1 : 2;
  const due = tierOfAge(memo.createdAt, model.now, stretch);
  if (depth(due) <= depth(memo.tier) || isUsed(weekAgo)) return;
  const wasLifted = depth(tierOfAge(memo.createdAt, memo.movedAt, stretch)) > depth(memo.tier);
  if (!(wasLifted && memo.movedAt > weekAgo)) move(model, memo, due);
}

export function sweep(model: Model): void {
  if (model.isRedisUp) {
    for (const use of model.memories.flatMap(({ uses }) => uses)) use.isFlushed = true;
    for (const memo of living(model)) {
      const policy = model.policies[memo.agentId];
      if (policy !== undefined) judge(model, policy, memo);
    }
  }
  for (const memo of living(model)) place(model, memo);
}
