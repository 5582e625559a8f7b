/** GET /v1/events: the log in order, as far as the caller may see it. */
import { composeEvents } from '@auren/memory/compose.ts';
import { listEvents } from '../contract/events.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { defined } from '../shared/wire/defined.ts';
import { toEvent, toFilter } from '../shared/wire/events.ts';

export const handler = operation(listEvents, composeEvents, async ({ query, caller }, memory) => {
  const { after, before, order, limit } = query;
  const page = await memory.events(caller, { order, limit, filter: toFilter(query), ...defined({ after, before }) });
  return ok({ events: page.events.map(toEvent), next_cursor: page.nextCursor });
});
