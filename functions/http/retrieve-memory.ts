/** GET /v1/memories/{id}: one memory, from whichever tier holds it. */
import { composeRetrieve } from '@auren/memory/compose.ts';
import { retrieveMemory } from '../contract/retrieval.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { defined } from '../shared/wire/defined.ts';
import { toWire } from '../shared/wire/memory.ts';

export const handler = operation(retrieveMemory, composeRetrieve, async ({ path, query, caller }, memory) => {
  const found = await memory.retrieve(caller, path.id, defined({ asOf: query.as_of }));
  return ok(toWire(found), { etag: found.version, tier: found.tier });
});
