/** GET /v1/users/{user_id}/export: everything about a person, as lines of JSON. */
import { composeExport } from '@auren/memory/compose.ts';
import { exportUser } from '../contract/users.ts';
import { operation } from '../shared/operation.ts';
import { ok, PAGE_BYTES_MAX } from '../shared/reply.ts';
import { toPage } from '../shared/wire/list.ts';
import { toLines } from '../shared/wire/users.ts';

export const handler = operation(exportUser, composeExport, async ({ path, query, caller }, memory) => {
  const { items, nextCursor } = await memory.exportPerson(caller, path.user_id, toPage(query), PAGE_BYTES_MAX);
  const headers = { 'content-type': 'application/x-ndjson', ...(nextCursor && { 'x-next-cursor': nextCursor }) };
  return ok(toLines(items), { headers });
});
