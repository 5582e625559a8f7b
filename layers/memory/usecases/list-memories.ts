/** Lists: memories by their fields, agents with their counts, the log in order. Reading a list is no use. */

import { pageCursorAfter } from '../catalog/page-cursor.ts';
import { instant } from '../clock.ts';
import type { AurenMemory } from '../memory.ts';
import type { Ports } from './ports.ts';

export type ListPorts = Pick<Ports, 'catalog' | 'clock'>;

export function createListing(ports: ListPorts): Pick<AurenMemory, 'list'> {
  return {
    async list(caller, query, bytesMax) {
      const { items, nextCursor } = await ports.catalog.list(caller, query, instant(ports.clock.now()));
      let bytes = 0;
      const fits = items.findIndex((memory) => {
        bytes += Buffer.byteLength(JSON.stringify(memory));
        return bytes > bytesMax;
      });
      if (fits <= 0) return { items, nextCursor };
      const kept = items.slice(0, fits);
      const last = kept.at(-1);
      return { items: kept, nextCursor: last ? pageCursorAfter(last, query.order) : nextCursor };
    },
  };
}

export function createAgentListing(ports: ListPorts): Pick<AurenMemory, 'agents'> {
  return { agents: (caller, page) => ports.catalog.agents(caller, page, instant(ports.clock.now())) };
}

export function createEventListing(ports: Pick<Ports, 'log'>): Pick<AurenMemory, 'events'> {
  return { events: (caller, query) => ports.log.page(caller, query) };
}
