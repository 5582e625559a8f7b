/** POST /v1/memories/batch: stores up to 500 memories, all or none. */
import { composeStoreBatch } from '@auren/memory/compose.ts';
import { storeBatch } from '../contract/memory.ts';
import { operation } from '../shared/operation.ts';
import { created } from '../shared/reply.ts';
import { toDrafts } from '../shared/wire/draft.ts';
import { toWire } from '../shared/wire/memory.ts';

export const handler = operation(storeBatch, composeStoreBatch, async ({ body, caller, idempotency }, memory) => {
  const stored = await memory.storeBatch(caller, toDrafts(caller, body.memories), idempotency);
  return created({ memories: stored.memories.map(toWire) }, { replayed: stored.replayed });
});
