/** GET /v1/memories/{id}/history: the audit trail of a memory. */
import { composeHistory } from '@auren/memory/compose.ts';
import { memoryHistory } from '../contract/events.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toHistory } from '../shared/wire/events.ts';

export const handler = operation(memoryHistory, composeHistory, async ({ path, caller }, memory) =>
  ok(toHistory(await memory.history(caller, path.id))),
);
