/** Who may see and who may change a memory. Pure; the same rule in TypeScript that the catalog's statements state in SQL. */
import type { Caller } from '../model/caller.ts';
import type { MemoryFields } from '../model/memory.ts';

type Owned = Pick<MemoryFields, 'agentId' | 'visibility' | 'spaceId'>;

export function mayRead(caller: Caller, memory: Owned): boolean {
  if (caller.agentId === null || memory.agentId === caller.agentId) return true;
  if (memory.visibility === 'user') return true;
  return memory.visibility === 'space' && memory.spaceId !== null && Object.hasOwn(caller.spaceRoles, memory.spaceId);
}

export function mayChange(caller: Caller, memory: Owned): boolean {
  if (caller.agentId === null || memory.agentId === caller.agentId) return true;
  return memory.visibility === 'space' && memory.spaceId !== null && caller.spaceRoles[memory.spaceId] === 'writer';
}
