/** Makes tenants, and admin keys for those that exist. */
import { randomUUID } from 'node:crypto';
import { composeCreateKey } from '@auren/memory/compose.ts';
import { AurenError } from '@auren/memory/errors.ts';
import { type Functions, functionNamed } from './gateway/functions.ts';

export interface TenantMade {
  tenant_id: string;
  api_key: string;
}

/** Runs the operator's function, as one would in AWS. Throws its `invalid_field` and `conflict`. */
export async function createTenant(functions: Functions, tenantId: string): Promise<TenantMade> {
  const made = await functions.call(functionNamed('create-tenant'), { tenant_id: tenantId });
  if (isTenantMade(made)) return made;
  throw new Error('create-tenant answered without tenant_id and api_key');
}

/** An admin key of a tenant that may exist: its first one was lost, or the start that made it was killed. */
export async function adminKey(functions: Functions, tenantId: string): Promise<string> {
  try {
    return (await createTenant(functions, tenantId)).api_key;
  } catch (error) {
    if (!(error instanceof AurenError) || error.code !== 'conflict') throw error;
    const { createKey } = await composeCreateKey();
    const operator = { tenantId, keyId: 'operator', scopes: ['admin'], agentId: null, spaceRoles: {} } as const;
    const draft = { scopes: [...operator.scopes], name: 'development key' };
    return (await createKey({ ...operator, requestId: randomUUID() }, draft)).apiKey;
  }
}

const isTenantMade = (value: unknown): value is TenantMade =>
  typeof value === 'object' &&
  value !== null &&
  'tenant_id' in value &&
  typeof value.tenant_id === 'string' &&
  'api_key' in value &&
  typeof value.api_key === 'string';
