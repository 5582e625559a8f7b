/**
 * Moves by use and by age (policy/moves.ts). The catalog's word changes in the commit, with the warm copy; Redis is told, and the
 * indexer makes and verifies the cold copy before the warm one goes (ADR 0003).
 */
import type { IdPage, UsedRow } from '../../catalog/port.ts';
import { DAY_MS, type Instant, instant } from '../../clock.ts';
import { movedTo } from '../../log/change.ts';
import type { TierName } from '../../model/memory.ts';
import { dueMove, useWindowStart } from '../../policy/moves.ts';
import type { PlacementRules } from '../../policy/placement.ts';
import { ceilingOf, type RetentionPolicy } from '../../policy/retention-policy.ts';
import { carryOut } from '../control/apply.ts';
import { retried } from '../retried.ts';
import { BATCH, type SweepRun } from './run.ts';

/** What was made up to these instants has passed the age of its tier. */
export const agedBefore = ({ hotDays, warmDays }: PlacementRules, now: Instant) => ({
  hot: instant(Date.parse(now) - hotDays * DAY_MS),
  warm: instant(Date.parse(now) - warmDays * DAY_MS),
});

export type Policies = ReadonlyMap<string, RetentionPolicy>;

/** What its agent's policy does not keep rises no higher than the policy would leave it. */
export function ceiling(
  policies: Policies,
  { agentId, retainedBy }: Pick<UsedRow, 'agentId' | 'retainedBy'>,
): TierName {
  const policy = policies.get(agentId);
  return policy === undefined || retainedBy === policy.id ? 'hot' : ceilingOf(policy);
}

async function move(run: SweepRun, candidates: readonly UsedRow[], policies: Policies): Promise<void> {
  const context = run.context();
  const uses = new Map(candidates.map(({ id, recentUses }) => [id, recentUses]));
  const due = (row: Omit<UsedRow, 'recentUses'>) =>
    dueMove(row, uses.get(row.id) ?? [], context.now, context.rules, ceiling(policies, row));
  const ids = candidates.filter(due).map(({ id }) => id);
  if (ids.length === 0) return;
  const rows = await run.ports.catalog.find(run.tenantId, ids, 'any', context.now);
  const changes = rows.flatMap((row) => {
    const to = due(row);
    const { content } = row;
    return to === null || content === null ? [] : [movedTo(context, { ...row, content }, to.tier, to.reason, to.hold)];
  });
  await carryOut(run.ports, context, { changes, ends: [] });
}

async function moveEach(
  run: SweepRun,
  policies: Policies,
  read: (page: IdPage, now: Instant) => Promise<UsedRow[]>,
): Promise<void> {
  let afterId: string | null = null;
  while (await run.goesOn()) {
    const page: UsedRow[] = await retried(async () => {
      const candidates = await read({ afterId, limit: BATCH }, run.now());
      await move(run, candidates, policies);
      return candidates;
    });
    afterId = page.at(-1)?.id ?? null;
    if (page.length < BATCH) return;
  }
}

export const standingPolicies = async ({ ports, tenantId }: SweepRun): Promise<Policies> =>
  new Map((await ports.catalog.policies(tenantId)).map(({ agentId, policy }) => [agentId, policy]));

export async function place(run: SweepRun): Promise<void> {
  const { catalog, rules } = run.ports;
  const policies = await standingPolicies(run);
  // Who leaves by age makes room first: what is lifted into a full hot tier pushes others out of it.
  await moveEach(run, policies, (page, now) => catalog.aged(run.tenantId, agedBefore(rules, now), page, now));
  await moveEach(run, policies, (page, now) => catalog.muchUsed(run.tenantId, useWindowStart(now), page, now));
}
