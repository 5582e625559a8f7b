/** Who may erase or export a person: the person's data is of every agent, so a key that is bound to one may not. */
import { AurenError } from '../errors.ts';
import type { Caller } from '../model/caller.ts';

export function requireUnbound(caller: Caller): void {
  if (caller.agentId === null) return;
  throw new AurenError(
    'agent_mismatch',
    "A person's data is of all agents, and this API key is bound to one: use an unbound key with the scope admin.",
  );
}
