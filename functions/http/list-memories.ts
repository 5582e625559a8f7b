/** GET /v1/memories: memories by their fields, a page at a time. */
import { composeList } from '@auren/memory/compose.ts';
import { listMemories } from '../contract/retrieval.ts';
import { operation } from '../shared/operation.ts';
import { ok, PAGE_BYTES_MAX } from '../shared/reply.ts';
import { toListQuery } from '../shared/wire/list.ts';
import { toWire } from '../shared/wire/memory.ts';

export const handler = operation(listMemories, composeList, async ({ query, caller }, memory) => {
  const page = await memory.list(caller, toListQuery(query), PAGE_BYTES_MAX);
  return ok({ memories: page.items.map(toWire), next_cursor: page.nextCursor });
});
