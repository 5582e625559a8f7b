/** Tenants: an operator's matter, never a route. A new tenant comes with its first admin key. */
import { randomUUID } from 'node:crypto';
import { AurenError, invalidField } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import { createKeys, type KeyPorts } from './manage-keys.ts';

const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function createTenants(ports: KeyPorts) {
  return {
    /** Throws `invalid_field` for what cannot name a tenant, `conflict` for one that exists. */
    async create(tenantId: string): Promise<{ tenantId: string; apiKey: string }> {
      if (!TENANT_ID.test(tenantId))
        throw invalidField('tenant_id', 'must be 1 to 64 of a-z, 0-9, "-" and "_", beginning with a letter or digit.');
      if (!(await ports.apiKeys.addTenant(tenantId)))
        throw new AurenError('conflict', `tenant_id: there is a tenant "${tenantId}" already.`);
      const operator: Caller = {
        tenantId,
        keyId: 'operator',
        scopes: ['admin'],
        agentId: null,
        spaceRoles: {},
        requestId: randomUUID(),
      };
      const { apiKey } = await createKeys(ports).createKey(operator, { scopes: ['admin'], name: 'first admin key' });
      return { tenantId, apiKey };
    },
  };
}
