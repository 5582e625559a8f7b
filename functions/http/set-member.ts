/** PUT /v1/spaces/{id}/members/{agent_id}: lets an agent into a space, or changes its role. */
import { composeSetMember } from '@auren/memory/compose.ts';
import { setMember } from '../contract/spaces.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { fromMember, toMember } from '../shared/wire/spaces.ts';

export const handler = operation(setMember, composeSetMember, async ({ path, body, caller }, memory) => {
  const member = fromMember({ agent_id: path.agent_id, role: body.role });
  return ok(toMember(await memory.setMember(caller, path.id, member)));
});
