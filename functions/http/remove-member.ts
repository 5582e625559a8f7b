/** DELETE /v1/spaces/{id}/members/{agent_id}: takes an agent out of a space. */
import { composeRemoveMember } from '@auren/memory/compose.ts';
import { removeMember } from '../contract/spaces.ts';
import { operation } from '../shared/operation.ts';
import { noContent } from '../shared/reply.ts';

export const handler = operation(removeMember, composeRemoveMember, async ({ path, caller }, memory) => {
  await memory.removeMember(caller, path.id, path.agent_id);
  return noContent();
});
