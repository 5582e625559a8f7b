/** History: the whole stream of a memory, what each event changed, and whether the chain holds. Also of deleted memories. */
import { notFound } from '../errors.ts';
import { verifyChain } from '../log/chain.ts';
import { evolve } from '../log/evolve.ts';
import type { AurenMemory, FieldChanges } from '../memory.ts';
import type { LogEvent } from '../model/event.ts';
import { canonicalJson } from '../model/json.ts';
import type { MemoryFields, MemoryRecord } from '../model/memory.ts';
import { mayRead } from '../policy/access.ts';
import type { Ports } from './ports.ts';

export type HistoryPorts = Pick<Ports, 'log' | 'chainKey'>;

const SHOWN = [
  'content',
  'metadata',
  'type',
  'priority',
  'confidence',
  'pinned',
  'visibility',
  'spaceId',
  'expiresAt',
  'source',
  'tier',
  'retainedBy',
] as const;

/** Null for the first event, and where the content was deleted: what it changed is gone with it. */
function changesOf(before: MemoryRecord | null, after: MemoryRecord | null): FieldChanges | null {
  if (before === null || after === null) return null;
  const changed = SHOWN.filter((field) => canonicalJson(before[field]) !== canonicalJson(after[field]));
  return changed.length === 0
    ? null
    : Object.fromEntries(changed.map((field) => [field, { from: before[field], to: after[field] }]));
}

export function createHistory(ports: HistoryPorts): Pick<AurenMemory, 'history'> {
  return {
    async history(caller, id) {
      const events = await ports.log.stream(caller.tenantId, id);
      const last = events.at(-1);
      if (last === undefined || !mayRead(caller, ownerOf(last))) throw notFound(`memory ${id}`);
      let state: MemoryRecord | null = null;
      const told = events.map((event) => {
        const next: MemoryRecord | null = evolve(state, event);
        const changes = changesOf(state, next);
        state = next;
        return { ...event, changes };
      });
      return { events: told, verified: verifyChain(ports.chainKey, events) };
    },
  };
}

/** Every event of a memory names its owner; only other streams leave that open, and they are not asked for here. */
export const ownerOf = (event: LogEvent): Pick<MemoryFields, 'agentId' | 'visibility' | 'spaceId'> => ({
  agentId: event.agentId ?? '',
  visibility: event.visibility ?? 'agent',
  spaceId: event.spaceId,
});
