/** Queries go from Redis to their log, written under their ids before they are dropped: a sweep that dies loses and doubles none. */
import type { LoggedQuery } from '../../recall/port.ts';
import type { SweepRun } from './run.ts';

export async function logQueries(run: SweepRun): Promise<void> {
  const { ports, tenantId, tally } = run;
  if (!(await run.goesOn())) return;
  const pending = [...(await ports.hot.pendingQueries(tenantId))];
  if (pending.length === 0) return;
  const queries = pending.map(([id, json]): LoggedQuery => ({ ...(JSON.parse(json) as Omit<LoggedQuery, 'id'>), id }));
  await ports.queries.add(tenantId, queries);
  await ports.hot.dropQueries(
    tenantId,
    pending.map(([id]) => id),
  );
  tally.queriesLogged += queries.length;
}
