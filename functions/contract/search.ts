/** Search over all tiers. */
import { SEARCH_MODES } from '@auren/memory/search/port.ts';
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { confidence, memoryType, name, nameOrNull, priority, tier, timeOrNull } from './fields.ts';
import { memoryObject } from './memory-object.ts';
import { metadata } from './metadata.ts';

export const QUERY_CHARACTERS_MAX = 8_192;
export const SEARCH_LIMIT_MAX = 100;
export const SPACES_MAX = 100;
/** Each enum has fewer values; a list may repeat them, within reason. */
const KINDS_MAX = 16;

export const searchBody = z
  .strictObject({
    query: z._default(z.string().check(z.maxLength(QUERY_CHARACTERS_MAX)), ''),
    user_id: nameOrNull,
    agent_id: nameOrNull,
    space_ids: z._default(z.array(name).check(z.maxLength(SPACES_MAX)), []),
    types: z._default(z.array(memoryType).check(z.maxLength(KINDS_MAX)), []),
    tiers: z._default(z.array(tier).check(z.maxLength(KINDS_MAX)), []),
    metadata: z._default(metadata, {}),
    min_confidence: z._default(confidence, 0),
    min_priority: z._default(priority, 0),
    created_after: timeOrNull,
    created_before: timeOrNull,
    include_semantic: z.optional(z.boolean()),
    mode: z.optional(z.enum(SEARCH_MODES)),
    limit: z._default(z.int().check(z.gte(1), z.lte(SEARCH_LIMIT_MAX)), 20),
    explain: z._default(z.boolean(), false),
    as_of: timeOrNull,
  })
  .check(({ value, issues }) => {
    const fault = (message: string) => issues.push({ code: 'custom', path: ['mode'], message, input: value.mode });
    if (value.include_semantic === false && (value.mode ?? 'lexical') !== 'lexical') {
      fault(`"${value.mode}" contradicts include_semantic: false`);
    }
    if ((value.as_of ?? null) !== null && value.mode === 'semantic') fault('"semantic" is not possible with as_of');
  });
export type WireSearch = z.output<typeof searchBody>;

export const searchMemories = contract('search-memories', {
  body: searchBody,
  answer: z.strictObject({
    results: z.array(
      z.strictObject({
        memory: memoryObject,
        score: z.number().check(z.gte(0), z.lte(1)),
        explain: z.optional(z.record(z.string(), z.number())),
      }),
    ),
    took_ms: z.number(),
    degraded: z.array(z.string()),
    truncated: z.boolean(),
  }),
  status: 200,
  countsUses: true,
  description:
    'Scores lie in 0..1 and compare across tiers; what matches nothing is not returned. An empty query lists by priority, then recency. `mode` is hybrid by default, lexical where `include_semantic` is false or `as_of` is given. `agent_id` filters. `as_of` searches what was recorded then and is still there and yours to read, the newest 5,000 memories of the scope (`truncated` beyond); uses are not known and stand at 0.',
});
