/** GET /v1/map: the newest memories on a plane, by meaning. */
import { composeMap } from '@auren/memory/compose.ts';
import { getMap } from '../contract/patterns.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toPoint, toWhose } from '../shared/wire/patterns.ts';

export const handler = operation(getMap, composeMap, async ({ query, caller }, memory) =>
  ok({ points: (await memory.map(caller, toWhose(query))).map(toPoint) }),
);
