/** Patterns as memories of type insight: one a pattern under its key, so that a later run updates it and never adds a second. */
import type { CatalogRow } from '../../catalog/port.ts';
import type { MemoryDraft } from '../../memory.ts';
import { INSIGHT_KEY, PATTERN_ID, type Pattern, type PatternScope } from '../../model/pattern.ts';

/** Whose insights are that a schedule or an unbound key finds. */
export const INSIGHT_AGENT = 'auren-patterns';
/** Content holds 16,384 bytes; an id takes 39 of them. */
const IDS_MAX = 200;

/** They say what others said: to discovery they are an echo. */
export const isInsight = ({ type, key }: Pick<CatalogRow, 'type' | 'key'>): boolean =>
  type === 'insight' && key?.startsWith(`${INSIGHT_KEY}${PATTERN_ID}`) === true;

/** Seen by its agent alone: the words are of memories that others may not read. It goes with the person that it is about. */
export function insightOf(pattern: Pattern, scope: PatternScope): MemoryDraft {
  const { id, label, terms, size, memories, averageConfidence } = pattern;
  return {
    agentId: scope.reader ?? scope.agentId ?? INSIGHT_AGENT,
    userId: scope.userId,
    visibility: 'agent',
    key: `${INSIGHT_KEY}${id}`,
    type: 'insight',
    source: 'agent',
    content: {
      text: `${size} memories have this in common: ${terms.length > 0 ? terms.join(', ') : label}.`,
      terms,
      memory_ids: memories.slice(0, IDS_MAX).map((member) => member.id),
    },
    confidence: averageConfidence,
    metadata: { pattern_id: id },
  };
}
