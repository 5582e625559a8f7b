/** POST /v1/agents/{agent_id}/control: an agent governs its own memories. */
import { composeControl } from '@auren/memory/compose.ts';
import { controlMemories } from '../contract/control.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toAction } from '../shared/wire/control.ts';
import { defined } from '../shared/wire/defined.ts';

export const handler = operation(controlMemories, composeControl, async (input, memory) => {
  const { path, body, caller, idempotency } = input;
  const options = defined({ reason: body.reason, idempotency });
  const answer = await memory.control(caller, path.agent_id, toAction(body), options);
  return ok(answer.body, { replayed: answer.replayed });
});
