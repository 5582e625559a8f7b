/** GET /v1/agents/{agent_id}/policy: the standing retention policy of an agent. */
import { composePolicy } from '@auren/memory/compose.ts';
import { getPolicy } from '../contract/control.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toPolicy } from '../shared/wire/control.ts';

export const handler = operation(getPolicy, composePolicy, async ({ path, caller }, memory) =>
  ok(toPolicy(await memory.policy(caller, path.agent_id))),
);
