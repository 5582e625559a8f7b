/** Figures of the whole memory. */
import { call } from './client.ts';
import type { Health, Stats } from './types.ts';

export const getStats = (signal?: AbortSignal, key?: string) =>
  call<Stats>('GET', '/v1/stats', { ...(signal && { signal }), ...(key !== undefined && { key }) });

export const getHealth = (signal?: AbortSignal) => call<Health>('GET', '/v1/health', { ...(signal && { signal }) });
