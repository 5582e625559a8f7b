/** DELETE /v1/keys/{id}: revokes an API key. */
import { composeRevokeKey } from '@auren/memory/compose.ts';
import { revokeKey } from '../contract/keys.ts';
import { operation } from '../shared/operation.ts';
import { noContent } from '../shared/reply.ts';

export const handler = operation(revokeKey, composeRevokeKey, async ({ path, caller }, memory) => {
  await memory.revokeKey(caller, path.id);
  return noContent();
});
