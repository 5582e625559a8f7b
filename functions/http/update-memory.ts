/** PATCH /v1/memories/{id}: changes a memory, guarded by `If-Match` where the caller gives it. */
import { composeUpdate } from '@auren/memory/compose.ts';
import { updateMemory } from '../contract/memory.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { defined } from '../shared/wire/defined.ts';
import { toPatch } from '../shared/wire/draft.ts';
import { toWire } from '../shared/wire/memory.ts';

export const handler = operation(updateMemory, composeUpdate, async ({ path, body, caller, ifMatch }, memory) => {
  const options = defined({ ifMatch, reason: body.reason });
  const changed = await memory.update(caller, path.id, toPatch(body), options);
  return ok(toWire(changed), { etag: changed.version, tier: changed.tier });
});
