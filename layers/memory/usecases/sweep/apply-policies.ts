/** Standing policies, applied again: what an agent has stored, used or outlived since is judged as on the day they were set. */
import { isSettled, keptBy } from '../../policy/retention-policy.ts';
import { enforce } from '../control/set-retention.ts';
import { unmark } from '../control/unmark.ts';
import { BATCH, type SweepRun } from './run.ts';

/** Left by a clearing that was cut off, and by whoever was still marking when the policy was cleared. */
export async function unmarkLeft(run: SweepRun): Promise<void> {
  let found = BATCH;
  while (found === BATCH && (await run.goesOn())) {
    const ids = await run.ports.catalog.leftMarked(run.tenantId, BATCH, run.now());
    if (ids.length > 0) await unmark(run.ports, run.context, ids);
    found = ids.length;
  }
}

/** Uses must have been flushed: a policy may go by them. */
export async function applyPolicies(run: SweepRun): Promise<void> {
  const { catalog } = run.ports;
  for (const { agentId } of await catalog.policies(run.tenantId)) {
    if (!(await run.goesOn())) return;
    // Read again: it may have been replaced or cleared while the agents before were swept.
    const policy = await catalog.policy(run.tenantId, agentId);
    if (policy === null) continue;
    const rows = await catalog.ofAgent(run.tenantId, agentId, run.now());
    const keeps = keptBy(policy, rows, run.now());
    const due = rows.filter((row) => !isSettled(row, policy, keeps.has(row.id))).map(({ id }) => id);
    for (let start = 0; start < due.length && (await run.goesOn()); start += BATCH) {
      // What it was replaced by or taken back for meanwhile must not be forgotten in its name.
      if ((await catalog.policy(run.tenantId, agentId))?.id !== policy.id) break;
      await enforce(run.ports, run.context, policy, keeps, due.slice(start, start + BATCH));
    }
  }
}
