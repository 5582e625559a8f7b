/** API keys as answers carry them. */
import type { KeyView } from '@auren/memory/memory.ts';

export const toKey = (key: KeyView) => ({
  id: key.id,
  scopes: key.scopes,
  agent_id: key.agentId,
  name: key.name,
  created_at: key.createdAt,
  expires_at: key.expiresAt,
  revoked_at: key.revokedAt,
});

/** With the secret: for the one answer that shows it. */
export const toNewKey = (key: KeyView, apiKey: string) => {
  const { id, ...view } = toKey(key);
  return { id, api_key: apiKey, ...view };
};
