/** Who asks: read from the authorizer's context, never from the request. Then whether they may use this route at all. */
import { AurenError } from '@auren/memory/errors.ts';
import { type Caller, SCOPES, type Scope, SPACE_ROLES, type SpaceRole } from '@auren/memory/model/caller.ts';
import type { HttpRoute } from '../routes.ts';
import type { HttpEvent } from './http-event.ts';

/** The authorizer's context: API Gateway passes on strings only. */
export type AuthorizerContext = Record<'tenant_id' | 'key_id' | 'scopes' | 'space_roles', string> & {
  /** Absent where the key is unbound. */
  agent_id?: string;
};

export const toContext = (caller: Omit<Caller, 'requestId'>): AuthorizerContext => ({
  tenant_id: caller.tenantId,
  key_id: caller.keyId,
  scopes: caller.scopes.join(' '),
  space_roles: JSON.stringify(caller.spaceRoles),
  ...(caller.agentId === null ? {} : { agent_id: caller.agentId }),
});

/** A route with a scope has an authorizer in front; without its context the deployment is wrong, and nobody comes in. */
const absent = (what: string) => new Error(`The authorizer's context holds no valid ${what}.`);

const isScope = (text: string): text is Scope => SCOPES.some((scope) => scope === text);

function spaceRolesOf(text: unknown): Record<string, SpaceRole> {
  if (text === undefined || text === '') return {};
  const roles: unknown = typeof text === 'string' ? JSON.parse(text) : null;
  if (typeof roles !== 'object' || roles === null) throw absent('space_roles');
  const known = Object.entries(roles).filter((entry): entry is [string, SpaceRole] =>
    SPACE_ROLES.some((role) => role === entry[1]),
  );
  return Object.fromEntries(known);
}

export const callerOf = (event: HttpEvent, requestId: string): Caller =>
  callerFrom(event.requestContext.authorizer?.lambda ?? {}, requestId);

export function callerFrom(context: Readonly<Record<string, unknown>>, requestId: string): Caller {
  const { tenant_id: tenantId, key_id: keyId, scopes, agent_id: agentId } = context;
  if (typeof tenantId !== 'string' || tenantId === '') throw absent('tenant_id');
  if (typeof keyId !== 'string' || keyId === '') throw absent('key_id');
  if (typeof scopes !== 'string') throw absent('scopes');
  return {
    tenantId,
    keyId,
    scopes: scopes.split(' ').filter(isScope),
    agentId: typeof agentId === 'string' && agentId !== '' ? agentId : null,
    spaceRoles: spaceRolesOf(context.space_roles),
    requestId,
  };
}

/** `admin` includes all. Throws `missing_scope`. */
export function requireScope(caller: Caller, route: Pick<HttpRoute, 'scope'>): void {
  if (route.scope === null || caller.scopes.includes(route.scope) || caller.scopes.includes('admin')) return;
  throw new AurenError('missing_scope', `This needs the scope "${route.scope}", which the API key does not have.`);
}

/** A bound key acts for its agent alone. Throws `agent_mismatch`. */
export function requireAgent(caller: Caller, agentId: string | null | undefined, path: string): void {
  if (caller.agentId === null || (agentId ?? caller.agentId) === caller.agentId) return;
  throw new AurenError('agent_mismatch', `${path}: the API key is bound to another agent.`, {
    errors: [{ path, message: 'is not the agent that the API key is bound to' }],
  });
}
