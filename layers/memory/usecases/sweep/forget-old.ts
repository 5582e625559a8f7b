/** Joint recalls, predictions and logged queries are kept for 30 days. */
import { DAY_MS, instant } from '../../clock.ts';
import type { SweepRun } from './run.ts';

const QUERY_LOG_DAYS = 30;

export async function forgetOld(run: SweepRun): Promise<void> {
  const { ports, tenantId } = run;
  if (!(await run.goesOn())) return;
  const now = run.now();
  await ports.recalls.prune(tenantId, now);
  await ports.queries.prune(tenantId, instant(Date.parse(now) - QUERY_LOG_DAYS * DAY_MS));
}
