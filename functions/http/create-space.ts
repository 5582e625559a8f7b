/** POST /v1/spaces: makes a space; an agent that makes it with its own key is a writer of it. */
import { composeCreateSpace } from '@auren/memory/compose.ts';
import { createSpace } from '../contract/spaces.ts';
import { operation } from '../shared/operation.ts';
import { created } from '../shared/reply.ts';
import { fromMember, toSpace } from '../shared/wire/spaces.ts';

export const handler = operation(createSpace, composeCreateSpace, async ({ body, caller, idempotency }, memory) => {
  const draft = { name: body.name, members: body.members.map(fromMember) };
  const { space, replayed } = await memory.createSpace(caller, draft, idempotency);
  return created(toSpace(space), { replayed });
});
