/** Patterns and the map over HTTP. */
import { call } from './client.ts';

export const listPatterns = (signal: AbortSignal) =>
  call<{ patterns: { id: string; label: string; size: number }[] }>('GET', '/v1/patterns', { signal });
