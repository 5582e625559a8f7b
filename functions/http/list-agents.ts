/** GET /v1/agents: agents and their counts. */
import { composeAgents } from '@auren/memory/compose.ts';
import { listAgents } from '../contract/stats.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toPage } from '../shared/wire/list.ts';
import { toAgent } from '../shared/wire/stats.ts';

export const handler = operation(listAgents, composeAgents, async ({ query, caller }, memory) => {
  const page = await memory.agents(caller, toPage(query));
  return ok({ agents: page.items.map(toAgent), next_cursor: page.nextCursor });
});
