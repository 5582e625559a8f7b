/** What was recalled together since the last sweep goes from Redis to the catalog. Hints: a sweep that dies in between loses some of them. */
import { instant } from '../../clock.ts';
import { jointRecalls, TOGETHER_MS } from '../../policy/co-access.ts';
import { BATCH, type SweepRun } from './run.ts';

export async function learn(run: SweepRun): Promise<void> {
  const { ports, tenantId } = run;
  if (!(await run.goesOn())) return;
  const { fresh, earlier } = await ports.hot.takeRecalls(tenantId, instant(Date.parse(run.now()) - TOGETHER_MS));
  if (fresh.length === 0) return;
  const ids = new Set([...earlier, ...fresh].flatMap((recall) => recall.ids));
  const owners = await ports.catalog.find(tenantId, [...ids], 'none', run.now());
  const joint = jointRecalls(fresh, earlier, new Map(owners.map((row) => [row.id, row])));
  for (let start = 0; start < joint.length && (await run.goesOn()); start += BATCH) {
    await ports.recalls.countTogether(tenantId, joint.slice(start, start + BATCH), run.now());
  }
}
