/** API keys: made, listed, revoked. The key itself is answered once and never stored; only its keyed hash is. */
import { uuidv7 } from 'uuidv7';
import { hashApiKey, makeApiKey } from '../auth/api-key.ts';
import { instant } from '../clock.ts';
import { AurenError, EngineUnavailable, invalidField, notFound } from '../errors.ts';
import { contextFor, plainEvent } from '../log/change.ts';
import type { ApiKeyRow } from '../log/port.ts';
import type { AurenMemory, KeyView } from '../memory.ts';
import type { Ports } from './ports.ts';

export type KeyPorts = Pick<
  Ports,
  'apiKeys' | 'keyCache' | 'log' | 'poke' | 'clock' | 'rules' | 'chainKey' | 'pepper' | 'stage' | 'warn'
>;

const keyStream = (id: string) => `key:${id}`;

const view = ({ id, scopes, agentId, name, createdAt, expiresAt, revokedAt }: ApiKeyRow): KeyView => ({
  id,
  scopes,
  agentId,
  name,
  createdAt,
  expiresAt,
  revokedAt,
});

export function createKeys(ports: KeyPorts): Pick<AurenMemory, 'createKey' | 'listKeys' | 'revokeKey'> {
  return {
    async createKey(caller, draft) {
      const context = contextFor(ports, caller, instant(ports.clock.now()));
      const agentId = draft.agentId ?? caller.agentId;
      if (caller.agentId !== null && agentId !== caller.agentId) {
        throw new AurenError(
          'agent_mismatch',
          `agent_id: this key is bound to agent "${caller.agentId}" and makes keys only for it.`,
        );
      }
      const expiresAt = draft.expiresAt === undefined ? null : instant(draft.expiresAt);
      if (expiresAt !== null && expiresAt <= context.now)
        throw invalidField('expires_at', 'lies in the past; leave it out for a key without an end.');
      const apiKey = makeApiKey(ports.stage);
      const row: ApiKeyRow = {
        id: `key_${uuidv7().replaceAll('-', '')}`,
        hash: hashApiKey(apiKey, ports.pepper),
        scopes: draft.scopes,
        agentId,
        name: draft.name ?? null,
        createdAt: context.now,
        expiresAt,
        revokedAt: null,
      };
      const event = plainEvent(context, keyStream(row.id), null, {
        type: 'key.created',
        agentId,
        data: { key_id: row.id, scopes: row.scopes },
      });
      await ports.log.commit({ tenantId: caller.tenantId, events: [event], apiKey: row, now: context.now });
      await ports.poke.poke(caller.tenantId);
      return { key: view(row), apiKey };
    },

    async listKeys(caller, page) {
      const { items, nextCursor } = await ports.apiKeys.list(caller.tenantId, page);
      return {
        items: items.filter(({ agentId }) => caller.agentId === null || agentId === caller.agentId).map(view),
        nextCursor,
      };
    },

    async revokeKey(caller, id) {
      const context = contextFor(ports, caller, instant(ports.clock.now()));
      const key = await ports.apiKeys.find(caller.tenantId, id);
      if (key === null || (caller.agentId !== null && key.agentId !== caller.agentId)) throw notFound(`API key ${id}`);
      if (key.revokedAt !== null) return;
      const event = plainEvent(
        context,
        keyStream(id),
        { seq: key.seq, hash: key.headHash },
        { type: 'key.revoked', agentId: key.agentId, data: { key_id: id } },
      );
      await ports.log.commit({
        tenantId: caller.tenantId,
        events: [event],
        apiKey: { ...key, revokedAt: context.now },
        now: context.now,
      });
      // The broadcaster closes the key's connections when it comes to the event.
      await ports.poke.poke(caller.tenantId);
      try {
        await ports.keyCache.drop(key.hash);
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        ports.warn(
          'a revoked key could not be dropped from the cache; it is refused when its entry is no longer fresh',
          error,
        );
      }
    },
  };
}
