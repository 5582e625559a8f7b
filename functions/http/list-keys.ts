/** GET /v1/keys: API keys without their secrets. */
import { composeListKeys } from '@auren/memory/compose.ts';
import { listKeys } from '../contract/keys.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toKey } from '../shared/wire/keys.ts';
import { toPage } from '../shared/wire/list.ts';

export const handler = operation(listKeys, composeListKeys, async ({ query, caller }, memory) => {
  const page = await memory.listKeys(caller, toPage(query));
  return ok({ keys: page.items.map(toKey), next_cursor: page.nextCursor });
});
