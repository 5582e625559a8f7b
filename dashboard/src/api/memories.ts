/** Memories over HTTP: search, list, one memory and what is done to it. */
import { call } from './client.ts';
import type { Memory } from './types.ts';

export const listMemories = (signal: AbortSignal) =>
  call<{ memories: Memory[]; next_cursor: string | null }>('GET', '/v1/memories', { query: { limit: 50 }, signal });
