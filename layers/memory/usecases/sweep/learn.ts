/** What was recalled together since the last sweep goes from Redis to the catalog: hints, of which a sweep that dies may lose some. */
import { instant } from '../../clock.ts';
import { type Belonging, jointRecalls, type Recall, TOGETHER_MS } from '../../policy/co-access.ts';
import { BATCH, type SweepRun } from './run.ts';

/** Rows without content. */
const OWNERS_PAGE = 1_000;

async function ownersOf(run: SweepRun, recalls: readonly Recall[]): Promise<Map<string, Belonging>> {
  const { ports, tenantId } = run;
  const ids = [...new Set(recalls.flatMap((recall) => recall.ids))];
  const owners = new Map<string, Belonging>();
  for (let start = 0; start < ids.length && (await run.goesOn()); start += OWNERS_PAGE) {
    const rows = await ports.catalog.find(tenantId, ids.slice(start, start + OWNERS_PAGE), 'none', run.now());
    for (const { id, agentId, userId } of rows) owners.set(id, { agentId, userId });
  }
  return owners;
}

export async function learn(run: SweepRun): Promise<void> {
  const { ports, tenantId } = run;
  if (!(await run.goesOn())) return;
  const { fresh, earlier } = await ports.hot.takeRecalls(tenantId, instant(Date.parse(run.now()) - TOGETHER_MS));
  if (fresh.length === 0) return;
  const joint = jointRecalls(fresh, earlier, await ownersOf(run, [...earlier, ...fresh]));
  for (let start = 0; start < joint.length && (await run.goesOn()); start += BATCH) {
    await ports.recalls.countTogether(tenantId, joint.slice(start, start + BATCH), run.now());
  }
}
