/** Delete: the memory leaves every tier and index, its content leaves the log; the history keeps that it was. */
import { instant } from '../clock.ts';
import { AurenError } from '../errors.ts';
import { contextFor, ended } from '../log/change.ts';
import type { AurenMemory } from '../memory.ts';
import { findToChange } from './find-to-change.ts';
import type { Ports } from './ports.ts';
import { type PublishPorts, publish } from './publish.ts';

export type DeletePorts = PublishPorts & Pick<Ports, 'clock' | 'rules' | 'chainKey'>;

const TRIES_MAX = 5;

export function createDeleting(ports: DeletePorts): Pick<AurenMemory, 'delete'> {
  return {
    async delete(caller, id, { reason }) {
      for (let tries = 1; ; tries += 1) {
        const context = contextFor(ports, caller, instant(ports.clock.now()));
        const before = await findToChange(ports.catalog, caller, id, context.now);
        const event = ended(context, before, 'memory.deleted', reason ?? null);
        try {
          await ports.log.commit({ tenantId: caller.tenantId, events: [event], ended: [id], now: context.now });
        } catch (error) {
          if (error instanceof AurenError && error.code === 'conflict' && tries < TRIES_MAX) continue;
          throw error;
        }
        await publish(ports, context, [], [{ id, seq: event.seq }]);
        return;
      }
    },
  };
}
