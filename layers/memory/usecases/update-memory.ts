/** Update: reads, decides, commits under the version it read. A cold memory that is changed comes warm in the same commit. */
import { instant, SECOND_MS } from '../clock.ts';
import { AurenError, invalidField } from '../errors.ts';
import { contextFor, rowOf } from '../log/change.ts';
import type { AurenMemory, MemoryPatch } from '../memory.ts';
import type { Payload } from '../model/event.ts';
import type { MemoryRecord, Metadata } from '../model/memory.ts';
import { decideUpdate, differing } from './decide-update.ts';
import { findToChange } from './find-to-change.ts';
import { assertPinsFit, type PinPorts, pinsMax } from './pins.ts';
import type { Ports } from './ports.ts';
import { type PublishPorts, publish } from './publish.ts';
import { retried } from './retried.ts';
import { assertVisibilityFits, assertWritesInSpace } from './writable.ts';

export type UpdatePorts = PublishPorts & PinPorts & Pick<Ports, 'clock' | 'rules' | 'chainKey'>;

export const METADATA_KEYS_MAX = 24;

function merged(before: Metadata, patch: NonNullable<MemoryPatch['metadata']>): Metadata {
  const all = Object.entries({ ...before, ...patch });
  const metadata = Object.fromEntries(all.filter((entry): entry is [string, Metadata[string]] => entry[1] !== null));
  if (Object.keys(metadata).length > METADATA_KEYS_MAX) {
    throw invalidField('metadata', `would have more than ${METADATA_KEYS_MAX} keys; remove some with null.`);
  }
  return metadata;
}

/** The fields that the patch really changes. */
function changesOf(before: MemoryRecord, patch: MemoryPatch, now: string): Payload {
  const { metadata, ttlSeconds, ...plain } = patch;
  const next: Payload = { ...plain };
  if (metadata !== undefined) next.metadata = merged(before.metadata, metadata);
  if (ttlSeconds !== undefined) {
    next.expiresAt = ttlSeconds === null ? null : instant(Date.parse(now) + ttlSeconds * SECOND_MS);
  }
  return differing(before, next);
}

export function createUpdating(ports: UpdatePorts): Pick<AurenMemory, 'update'> {
  return {
    update: (caller, id, patch, { ifMatch, reason }) =>
      retried(async () => {
        const context = contextFor(ports, caller, instant(ports.clock.now()));
        const before = await findToChange(ports.catalog, caller, id, context.now);
        if (ifMatch !== undefined && ifMatch !== before.version) {
          throw new AurenError(
            'stale_version',
            `If-Match: the memory is at version ${before.version}, not ${ifMatch}; read it again and repeat.`,
          );
        }
        const fields = changesOf(before, patch, context.now);
        const change = decideUpdate(context, before, fields, reason);
        if (change.events.length === 0) return before;
        const after = { ...before, ...fields };
        assertVisibilityFits(after, '');
        // Showing it to a space is writing there, also for its agent, which may have left the space since.
        const enters = fields.spaceId !== undefined || fields.visibility === 'space';
        assertWritesInSpace(caller, enters ? after.spaceId : null, '');
        const pins = fields.pinned === true;
        await assertPinsFit(ports, caller.tenantId, pins ? 1 : 0, context.now);
        await ports.log.commit({
          tenantId: caller.tenantId,
          events: change.events,
          rows: [rowOf(change)],
          now: context.now,
          ...(pins ? { pinsMax: pinsMax(ports) } : {}),
        });
        await publish(ports, context, [change]);
        return change.record;
      }),
  };
}
