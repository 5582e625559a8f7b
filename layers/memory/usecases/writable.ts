/** Where a caller may put a memory: under its own name, with a visibility that fits, in spaces in which it writes. */
import { AurenError, invalidField } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryFields } from '../model/memory.ts';

/** Throws `agent_mismatch` where a bound key names another agent. `path` is put before the field's name. */
export function assertOwnAgent(caller: Caller, agentId: string, path: string): void {
  if (caller.agentId === null || agentId === caller.agentId) return;
  const message = `this key is bound to agent "${caller.agentId}"; leave it out or name that one.`;
  throw new AurenError('agent_mismatch', `${path}agent_id: ${message}`, {
    errors: [{ path: `${path}agent_id`, message }],
  });
}

/** Throws `invalid_field` where a visibility lacks the one that it names. */
export function assertVisibilityFits(
  { visibility, spaceId, userId }: Pick<MemoryFields, 'visibility' | 'spaceId' | 'userId'>,
  path: string,
): void {
  if (visibility === 'space' && spaceId === null) throw invalidField(`${path}visibility`, '"space" needs a space_id.');
  if (visibility === 'user' && userId === null) throw invalidField(`${path}visibility`, '"user" needs a user_id.');
}

/** Throws `invalid_field` for a space that the caller does not see, `not_owner` for one in which it only reads. */
export function assertWritesInSpace(caller: Caller, spaceId: string | null, path: string): void {
  if (caller.agentId === null || spaceId === null) return;
  const role = Object.hasOwn(caller.spaceRoles, spaceId) ? caller.spaceRoles[spaceId] : undefined;
  // A stranger learns nothing of a space, not even that it exists.
  if (role === undefined) throw invalidField(`${path}space_id`, 'there is no such space.');
  if (role === 'reader') throw new AurenError('not_owner', `${path}space_id: this agent may only read in this space.`);
}
