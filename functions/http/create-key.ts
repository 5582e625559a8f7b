/** POST /v1/keys: makes an API key, shown this once. A bound caller makes keys of its own agent only. */
import { composeCreateKey } from '@auren/memory/compose.ts';
import { createKey } from '../contract/keys.ts';
import { operation } from '../shared/operation.ts';
import { created } from '../shared/reply.ts';
import { defined } from '../shared/wire/defined.ts';
import { toNewKey } from '../shared/wire/keys.ts';

export const handler = operation(createKey, composeCreateKey, async ({ body, caller }, memory) => {
  const agentId = caller.agentId ?? body.agent_id ?? undefined;
  const { key, apiKey } = await memory.createKey(caller, {
    scopes: body.scopes,
    ...defined({ agentId, name: body.name ?? undefined, expiresAt: body.expires_at ?? undefined }),
  });
  return created(toNewKey(key, apiKey));
});
