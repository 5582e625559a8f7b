/** POST /v1/memories: stores one memory; one that its `key` replaced answers 200. */
import { composeStore } from '@auren/memory/compose.ts';
import { storeMemory } from '../contract/memory.ts';
import { operation } from '../shared/operation.ts';
import { created, ok } from '../shared/reply.ts';
import { toDraft } from '../shared/wire/draft.ts';
import { toWire } from '../shared/wire/memory.ts';

export const handler = operation(storeMemory, composeStore, async ({ body, caller, idempotency }, memory) => {
  const stored = await memory.store(caller, toDraft(caller, body), idempotency);
  const answer = stored.created ? created : ok;
  const { version, tier } = stored.memory;
  return answer(toWire(stored.memory), { etag: version, tier, replayed: stored.replayed });
});
