/** DELETE /v1/agents/{agent_id}/policy: clears the standing retention policy. */
import { composeClearPolicy } from '@auren/memory/compose.ts';
import { clearPolicy } from '../contract/control.ts';
import { operation } from '../shared/operation.ts';
import { noContent } from '../shared/reply.ts';

export const handler = operation(clearPolicy, composeClearPolicy, async ({ path, caller }, memory) => {
  await memory.clearPolicy(caller, path.agent_id);
  return noContent();
});
