/** Pages and filters of lists, from the wire to the domain. */
import type { ListQuery } from '@auren/memory/memory.ts';
import type { QueryOf } from '../../contract/contract.ts';
import type { listMemories } from '../../contract/retrieval.ts';
import { defined } from './defined.ts';

export const toPage = ({ limit, cursor }: { limit: number; cursor?: string | undefined }) => ({
  limit,
  ...defined({ cursor }),
});

export const toListQuery = (query: QueryOf<typeof listMemories>): ListQuery => ({
  order: query.order,
  limit: query.limit,
  ...defined({
    userId: query.user_id,
    agentId: query.agent_id,
    spaceId: query.space_id,
    key: query.key,
    type: query.type,
    tier: query.tier,
    metadata: query.metadata,
    createdAfter: query.created_after,
    createdBefore: query.created_before,
    asOf: query.as_of,
    cursor: query.cursor,
  }),
});
