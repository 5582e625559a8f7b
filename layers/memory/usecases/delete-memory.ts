/** Delete: the memory leaves every tier and index, its content leaves the log; the history keeps that it was. */
import { instant } from '../clock.ts';
import { contextFor, ended } from '../log/change.ts';
import type { AurenMemory } from '../memory.ts';
import { findToChange } from './find-to-change.ts';
import type { Ports } from './ports.ts';
import { type PublishPorts, publish } from './publish.ts';
import { retried } from './retried.ts';

export type DeletePorts = PublishPorts & Pick<Ports, 'clock' | 'rules' | 'chainKey'>;

export function createDeleting(ports: DeletePorts): Pick<AurenMemory, 'delete'> {
  return {
    delete: (caller, id, { reason }) =>
      retried(async () => {
        const context = contextFor(ports, caller, instant(ports.clock.now()));
        const before = await findToChange(ports.catalog, caller, id, context.now);
        const event = ended(context, before, 'memory.deleted', reason ?? null);
        await ports.log.commit({ tenantId: caller.tenantId, events: [event], ended: [id], now: context.now });
        await publish(ports, context, [], [{ id, seq: event.seq }]);
      }),
  };
}
