/** Spaces: memory that a team of agents shares. */
import type { Instant } from '../clock.ts';
import type { SpaceRole } from './caller.ts';

export interface SpaceMember {
  agentId: string;
  role: SpaceRole;
}

export interface Space {
  id: string;
  name: string;
  createdAt: Instant;
  /** In the order of their agents' ids. */
  members: SpaceMember[];
}

/** A space's pages carry its members, and an answer holds 4 MB: 50 spaces of 100 members with the longest names are 3 MB. */
export const SPACE_MEMBERS_MAX = 100;

/**
 * A key check hands every role of its agent on to the functions, 50 bytes each, and what an authorizer may answer is bounded (8 KB for
 * WebSockets): any writer could otherwise put another agent into so many spaces that its key opens nothing. As many as a search may
 * name. Joins at the same moment may go a few over; there is room for them.
 */
export const AGENT_SPACES_MAX = 100;
