/** GET /v1/memories/{id}/retention: why a memory is in its tier. */
import { composeRetention } from '@auren/memory/compose.ts';
import { memoryRetention } from '../contract/retrieval.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';

export const handler = operation(memoryRetention, composeRetention, async ({ path, caller }, memory) => {
  const { score, parts, points } = await memory.retention(caller, path.id);
  return ok({ score, parts, points });
});
