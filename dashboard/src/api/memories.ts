/** Memories over HTTP: search, list, one memory, its history and its standing, and what its agent may do to it. */
import type { controlMemories } from '../../../functions/contract/control.ts';
import type { memoryHistory } from '../../../functions/contract/events.ts';
import type {
  listMemories as listContract,
  memoryRetention,
  relatedMemories,
} from '../../../functions/contract/retrieval.ts';
import type { searchMemories as searchContract } from '../../../functions/contract/search.ts';
import { type Answer, type Body, call, type Query } from './client.ts';
import type { Memory } from './types.ts';

export type SearchBody = Body<typeof searchContract>;
export type SearchAnswer = Answer<typeof searchContract>;
export type MemoryPage = Answer<typeof listContract>;
export type History = Answer<typeof memoryHistory>;
export type HistoryEvent = History['events'][number];
export type Retention = Answer<typeof memoryRetention>;
export type Related = Answer<typeof relatedMemories>;
type Controlled = Answer<typeof controlMemories>;

/** What an agent does to single memories. */
export type Action = 'pin' | 'unpin' | 'promote' | 'demote' | 'archive' | 'forget';

export const searchMemories = (body: SearchBody, signal: AbortSignal) =>
  call<SearchAnswer>('POST', '/v1/search', { body, signal });

export const listMemories = (query: Query, signal?: AbortSignal) =>
  call<MemoryPage>('GET', '/v1/memories', { query, ...(signal && { signal }) });

const path = (id: string, part = '') => `/v1/memories/${encodeURIComponent(id)}${part}`;

export const getMemory = (id: string, signal: AbortSignal) => call<Memory>('GET', path(id), { signal });
export const getHistory = (id: string, signal: AbortSignal) => call<History>('GET', path(id, '/history'), { signal });
export const getRetention = (id: string, signal: AbortSignal) =>
  call<Retention>('GET', path(id, '/retention'), { signal });
export const getRelated = (id: string, signal: AbortSignal) =>
  call<Related>('GET', path(id, '/related'), { query: { limit: 6 }, signal });

/** At most 500 at once; what is gone is left out. */
export const getMemories = async (ids: readonly string[], signal?: AbortSignal): Promise<Memory[]> =>
  (await call<{ memories: Memory[] }>('POST', '/v1/memories/get', { body: { ids }, ...(signal && { signal }) }))
    .memories;

export const control = (agent: string, action: Action, ids: readonly string[], reason?: string) =>
  call<Controlled>('POST', `/v1/agents/${encodeURIComponent(agent)}/control`, {
    body: { action, params: { memory_ids: ids }, ...(reason ? { reason } : {}) },
  });
