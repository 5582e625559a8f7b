/** POST /v1/memories/get: up to 500 memories by id. */
import { composeGetMany } from '@auren/memory/compose.ts';
import { getMemories } from '../contract/retrieval.ts';
import { operation } from '../shared/operation.ts';
import { ok, PAGE_BYTES_MAX } from '../shared/reply.ts';
import { toWire } from '../shared/wire/memory.ts';

export const handler = operation(getMemories, composeGetMany, async ({ body, caller }, memory) => {
  const { memories, missing, remaining } = await memory.getMany(caller, body.ids, PAGE_BYTES_MAX);
  return ok({ memories: memories.map(toWire), missing, remaining });
});
