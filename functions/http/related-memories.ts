/** GET /v1/memories/{id}/related: the nearest memories by meaning. */
import { composeRelated } from '@auren/memory/compose.ts';
import { relatedMemories } from '../contract/retrieval.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toWire } from '../shared/wire/memory.ts';

export const handler = operation(relatedMemories, composeRelated, async ({ path, query, caller }, memory) => {
  const results = await memory.related(caller, path.id, { limit: query.limit, crossUser: query.cross_user });
  return ok({ results: results.map((result) => ({ memory: toWire(result.memory), score: result.score })) });
});
