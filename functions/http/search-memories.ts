/** POST /v1/search: searches all tiers by words and by meaning. */
import { composeSearch } from '@auren/memory/compose.ts';
import { searchMemories } from '../contract/search.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toAnswer, toQuery } from '../shared/wire/search.ts';

export const handler = operation(searchMemories, composeSearch, async ({ body, caller }, memory) =>
  ok(toAnswer(await memory.search(caller, toQuery(body)))),
);
