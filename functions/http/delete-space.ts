/** DELETE /v1/spaces/{id}: deletes a space in which no memory lies. */
import { composeDeleteSpace } from '@auren/memory/compose.ts';
import { deleteSpace } from '../contract/spaces.ts';
import { operation } from '../shared/operation.ts';
import { noContent } from '../shared/reply.ts';

export const handler = operation(deleteSpace, composeDeleteSpace, async ({ path, caller }, memory) => {
  await memory.deleteSpace(caller, path.id);
  return noContent();
});
