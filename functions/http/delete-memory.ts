/** DELETE /v1/memories/{id}: deletes a memory from every tier and index. */
import { composeDelete } from '@auren/memory/compose.ts';
import { deleteMemory } from '../contract/memory.ts';
import { operation } from '../shared/operation.ts';
import { noContent } from '../shared/reply.ts';
import { defined } from '../shared/wire/defined.ts';

export const handler = operation(deleteMemory, composeDelete, async ({ path, query, caller }, memory) => {
  await memory.delete(caller, path.id, defined({ reason: query.reason }));
  return noContent();
});
