/** The map: the newest memories on a plane by meaning, each with the pattern that it is nearest to the middle of. */
import { instant } from '../../clock.ts';
import type { AurenMemory } from '../../memory.ts';
import type { StoredPattern } from '../../model/pattern.ts';
import { onPlane } from '../../patterns/project.ts';
import type { Ports } from '../ports.ts';
import { DISCOVERY_MEMORIES_MAX, readable } from './readable.ts';

export type MapPorts = Pick<Ports, 'patterns' | 'catalog' | 'vectors' | 'clock'>;

/** More than one scope's worth: a run over 2,000 memories finds at most 1,000. */
const PATTERNS_MAX = DISCOVERY_MEMORIES_MAX;

function nearestPattern(patterns: readonly StoredPattern[]): Map<string, string> {
  const nearest = new Map<string, { patternId: string; similarity: number }>();
  for (const { id: patternId, members } of patterns) {
    for (const { id, similarity } of members) {
      if (similarity > (nearest.get(id)?.similarity ?? 0)) nearest.set(id, { patternId, similarity });
    }
  }
  return new Map([...nearest].map(([id, { patternId }]) => [id, patternId]));
}

export function createMap(ports: MapPorts): Pick<AurenMemory, 'map'> {
  return {
    /** Throws `EngineUnavailable` without Chroma. */
    async map(caller, whose) {
      const now = instant(ports.clock.now());
      const [memories, { items }] = await Promise.all([
        readable(ports, caller, whose, now),
        ports.patterns.list(caller, { limit: PATTERNS_MAX }, now),
      ]);
      const patternOf = nearestPattern(items);
      const places = onPlane(memories.map(({ vector }) => vector));
      return memories.map(({ row: { id, type, tier } }, at) => ({
        memoryId: id,
        x: places[at]?.x ?? 0,
        y: places[at]?.y ?? 0,
        type,
        tier,
        patternId: patternOf.get(id) ?? null,
      }));
    },
  };
}
