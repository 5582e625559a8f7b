/** Patterns that the caller may see, as their memories are now. */
import type { Page } from '../../catalog/port.ts';
import { type Instant, instant } from '../../clock.ts';
import type { AurenMemory } from '../../memory.ts';
import type { Caller } from '../../model/caller.ts';
import type { Pattern } from '../../model/pattern.ts';
import type { PatternQuery } from '../../patterns/port.ts';
import { shownPattern } from '../../patterns/view.ts';
import type { Ports } from '../ports.ts';

export type PatternPorts = Pick<Ports, 'patterns' | 'catalog' | 'clock'>;

export async function shownTo(
  { patterns, catalog }: PatternPorts,
  caller: Caller,
  query: PatternQuery,
  now: Instant,
): Promise<Page<Pattern>> {
  const { items, nextCursor } = await patterns.list(caller, query, now);
  const ids = new Set(items.flatMap(({ members }) => members.map(({ id }) => id)));
  const rows = new Map((await catalog.find(caller.tenantId, [...ids], 'none', now)).map((row) => [row.id, row]));
  return { items: items.flatMap((stored) => shownPattern(stored, rows) ?? []), nextCursor };
}

export function createPatternListing(ports: PatternPorts): Pick<AurenMemory, 'patterns'> {
  return { patterns: (caller, query) => shownTo(ports, caller, query, instant(ports.clock.now())) };
}
