/** GET /v1/patterns: patterns of which the caller may read every memory. */
import { composePatterns } from '@auren/memory/compose.ts';
import { listPatterns } from '../contract/patterns.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toPage } from '../shared/wire/list.ts';
import { toPattern, toWhose } from '../shared/wire/patterns.ts';

export const handler = operation(listPatterns, composePatterns, async ({ query, caller }, memory) => {
  const page = await memory.patterns(caller, { ...toWhose(query), ...toPage(query) });
  return ok({ patterns: page.items.map(toPattern), next_cursor: page.nextCursor });
});
