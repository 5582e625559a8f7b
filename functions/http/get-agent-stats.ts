/** GET /v1/agents/{agent_id}/stats: the same counts for one agent. */
import { composeStats } from '@auren/memory/compose.ts';
import { getAgentStats } from '../contract/stats.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';

export const handler = operation(getAgentStats, composeStats, async ({ path, caller }, memory) =>
  ok(await memory.stats(caller, { agentId: path.agent_id })),
);
