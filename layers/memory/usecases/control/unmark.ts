/** Takes off the marks of a policy that no longer stands: what it retained yields to age and pressure like everything else. */
import { type ChangeContext, retained } from '../../log/change.ts';
import { retried } from '../retried.ts';
import { type ControlPorts, carryOut } from './apply.ts';

/** In one commit: hand in no more than one takes. */
export async function unmark(
  ports: ControlPorts,
  contextOfNow: () => ChangeContext,
  ids: readonly string[],
): Promise<void> {
  await retried(async () => {
    const context = contextOfNow();
    const rows = await ports.catalog.find(context.tenantId, ids, 'any', context.now);
    const changes = rows.flatMap(({ content, ...row }) =>
      content === null || row.retainedBy === null ? [] : [retained(context, { ...row, content }, null)],
    );
    await carryOut(ports, context, { changes, ends: [] });
  });
}
