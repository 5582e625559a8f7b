/** GET /v1/stats: counts, tiers and health of what the caller may see. */
import { composeStats } from '@auren/memory/compose.ts';
import { getStats } from '../contract/stats.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { defined } from '../shared/wire/defined.ts';

export const handler = operation(getStats, composeStats, async ({ query, caller }, memory) =>
  ok(await memory.stats(caller, defined({ userId: query.user_id }))),
);
