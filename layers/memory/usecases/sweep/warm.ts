/**
 * Warms in advance (policy/prediction.ts): partners of what was just used, and what people recall at the coming hour by habit. The commit
 * that moves a memory notes the prediction, and the uses that are counted later say whether it was right.
 */
import type { CatalogRow } from '../../catalog/port.ts';
import { movedTo } from '../../log/change.ts';
import {
  chosen,
  HABIT_CANDIDATES_MAX,
  HABIT_WARMED_MAX,
  hotRoom,
  isHabit,
  nextHour,
  WARMED_PER_SWEEP_MAX,
} from '../../policy/prediction.ts';
import { retentionScore } from '../../policy/retention.ts';
import { carryOut } from '../control/apply.ts';
import { retried } from '../retried.ts';
import { ceiling, standingPolicies } from './place.ts';
import type { SweepRun } from './run.ts';

/** Persons and types with most recalls at the coming hour that a sweep looks at. */
const HABITS_MAX = 20;

/** The best of each habit, by the score that decides who stays hot. */
async function habitual({ ports, tenantId, now }: SweepRun): Promise<CatalogRow[]> {
  const recalled = await ports.recalls.recalledAt(tenantId, nextHour(now()), HABITS_MAX);
  const habits = recalled.filter(isHabit);
  const rows = await ports.recalls.ofHabits(tenantId, habits, HABIT_CANDIDATES_MAX, now());
  const score = new Map(rows.map((row) => [row.id, retentionScore(row, now())]));
  const best = rows.sort((a, b) => (score.get(b.id) ?? 0) - (score.get(a.id) ?? 0));
  return habits.flatMap(({ userId, type }) =>
    best.filter((row) => row.userId === userId && row.type === type).slice(0, HABIT_WARMED_MAX),
  );
}

/** @param used ids of what was used since the last sweep */
export async function warm(run: SweepRun, used: readonly string[]): Promise<void> {
  const { ports, tenantId } = run;
  if (!ports.predictiveWarming || !(await run.goesOn())) return;
  const partners = await ports.recalls.partners(tenantId, used, WARMED_PER_SWEEP_MAX, run.now());
  const candidates = new Map([...partners, ...(await habitual(run))].map((row) => [row.id, row]));
  if (candidates.size === 0) return;
  const policies = await standingPolicies(run);
  await retried(async () => {
    const context = run.context();
    const room = hotRoom(await ports.hot.count(tenantId), ports.hotCapacity);
    const found = await ports.catalog.find(tenantId, [...candidates.keys()], 'any', context.now);
    const rows = new Map(found.map((row) => [row.id, row]));
    // In the order of the candidates, as they stand now.
    const standing = [...candidates.keys()].flatMap((id) => rows.get(id) ?? []);
    const picked = chosen(standing, { now: context.now, room, ceiling: (row) => ceiling(policies, row) });
    const changes = picked.flatMap(({ memory: { content, ...row }, tier }) =>
      content === null ? [] : [movedTo(context, { ...row, content }, tier, 'prediction')],
    );
    await carryOut(ports, context, { changes, ends: [] });
  });
}
