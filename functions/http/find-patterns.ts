/** POST /v1/patterns/discover: looks for patterns now, in what the key may read. */
import { composeDiscover } from '@auren/memory/compose.ts';
import { findPatterns } from '../contract/patterns.ts';
import { requireScope } from '../shared/caller.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';
import { toPattern, toWhose } from '../shared/wire/patterns.ts';

export const handler = operation(findPatterns, composeDiscover, async ({ body, caller, idempotency }, memory) => {
  // An insight is a memory like any other.
  if (body.store_insights) requireScope(caller, { scope: 'memories:write' });
  const query = {
    ...toWhose(body),
    minClusterSize: body.min_cluster_size,
    minSimilarity: body.min_similarity,
    storeInsights: body.store_insights,
  };
  const { patterns, replayed } = await memory.discover(caller, query, idempotency);
  return ok({ patterns: patterns.map(toPattern) }, { replayed });
});
