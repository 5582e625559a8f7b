/** Patterns and the map: what to look at from the wire, what was found back. */
import type { Whose } from '@auren/memory/memory.ts';
import type { MapPoint, Pattern } from '@auren/memory/model/pattern.ts';
import { defined } from './defined.ts';

/** Lists of ids in answers stop here, beside the full count. */
const IDS_MAX = 1_000;

interface WireWhose {
  user_id?: string | null | undefined;
  agent_id?: string | null | undefined;
}

export const toWhose = ({ user_id, agent_id }: WireWhose): Whose =>
  defined({ userId: user_id ?? undefined, agentId: agent_id ?? undefined });

export const toPattern = (pattern: Pattern) => ({
  id: pattern.id,
  label: pattern.label,
  terms: pattern.terms,
  size: pattern.size,
  cohesion: pattern.cohesion,
  dominant_type: pattern.dominantType,
  average_confidence: pattern.averageConfidence,
  agents: pattern.agents,
  users: pattern.users,
  cross_domain: pattern.crossDomain,
  memories: pattern.memories.slice(0, IDS_MAX).map(({ id, similarity }) => ({ id, similarity })),
  discovered_at: pattern.discoveredAt,
});

export const toPoint = ({ memoryId, patternId, ...point }: MapPoint) => ({
  memory_id: memoryId,
  x: point.x,
  y: point.y,
  type: point.type,
  tier: point.tier,
  pattern_id: patternId,
});
