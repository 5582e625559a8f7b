/** Ends memories whose time is over: an event each, their keys free again, gone from every tier and the index. */
import { ended } from '../../log/change.ts';
import { carryOut } from '../control/apply.ts';
import { retried } from '../retried.ts';
import { BATCH, type SweepRun } from './run.ts';

export async function expire(run: SweepRun): Promise<void> {
  let found = BATCH;
  while (found === BATCH && (await run.goesOn())) {
    found = await retried(async () => {
      const context = run.context();
      const rows = await run.ports.catalog.expired(run.tenantId, BATCH, context.now);
      const ends = rows.map((row) => ended(context, { ...row, content: row.content ?? {} }, 'memory.expired', 'ttl'));
      await carryOut(run.ports, context, { changes: [], ends });
      return rows.length;
    });
  }
}
