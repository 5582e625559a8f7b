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
