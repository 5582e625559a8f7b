/** Searches: from the wire to the domain's query, and results back. */
import type { SearchQuery } from '@auren/memory/memory.ts';
import type { SearchAnswer, SearchMode, SearchResult } from '@auren/memory/search/port.ts';
import type { WireSearch } from '../../contract/search.ts';
import { toWire } from './memory.ts';

/** `include_semantic: false` means lexical, and so does a time in the past: vectors are of now. */
function modeOf(body: WireSearch): SearchMode {
  if (body.include_semantic === false || (body.as_of ?? null) !== null) return 'lexical';
  return body.mode ?? 'hybrid';
}

export const toQuery = (body: WireSearch): SearchQuery => ({
  query: body.query,
  userId: body.user_id ?? null,
  agentId: body.agent_id ?? null,
  spaceIds: body.space_ids,
  types: body.types,
  tiers: body.tiers,
  metadata: body.metadata,
  minConfidence: body.min_confidence,
  minPriority: body.min_priority,
  createdAfter: body.created_after ?? null,
  createdBefore: body.created_before ?? null,
  mode: modeOf(body),
  limit: body.limit,
  explain: body.explain,
  asOf: body.as_of ?? null,
});

export const toResult = ({ memory, score, explain }: SearchResult) => ({
  memory: toWire(memory),
  score,
  ...(explain === undefined ? {} : { explain }),
});

export const toAnswer = (answer: SearchAnswer) => ({
  results: answer.results.map(toResult),
  took_ms: Math.round(answer.tookMs * 10) / 10,
  degraded: answer.degraded,
  truncated: answer.truncated,
});
