/** Who asks, which comes from the API key and never from the request. */

export const SCOPES = ['memories:read', 'memories:write', 'control', 'events:read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export const SPACE_ROLES = ['reader', 'writer'] as const;
export type SpaceRole = (typeof SPACE_ROLES)[number];

export interface Caller {
  tenantId: string;
  keyId: string;
  scopes: readonly Scope[];
  /** The agent that the key is bound to; null acts for the whole tenant. */
  agentId: string | null;
  /** The bound agent's spaces. */
  spaceRoles: Readonly<Record<string, SpaceRole>>;
  requestId: string;
  /** A person looks on, as through a dashboard: what is read is no use of it. Asked for by the request, the one part that is. */
  observes?: true;
}

export const actorOf = (caller: Caller): string =>
  caller.agentId === null ? `key:${caller.keyId}` : `agent:${caller.agentId}`;
