/** GET /v1/spaces: spaces and their members; a bound key sees its own. */
import { composeListSpaces } from '@auren/memory/compose.ts';
import { listSpaces } from '../contract/spaces.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toPage } from '../shared/wire/list.ts';
import { toSpace } from '../shared/wire/spaces.ts';

export const handler = operation(listSpaces, composeListSpaces, async ({ query, caller }, memory) => {
  const page = await memory.listSpaces(caller, toPage(query));
  return ok({ spaces: page.items.map(toSpace), next_cursor: page.nextCursor });
});
