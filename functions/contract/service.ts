/** The service itself: health, and this contract as a document and as a page. */
import * as z from 'zod/mini';
import { contract } from './contract.ts';

const engine = z.strictObject({ ok: z.boolean(), latency_ms: z.number(), hint: z.optional(z.string()) });

export const health = contract('health', {
  answer: z.strictObject({
    status: z.enum(['ok', 'degraded', 'down']),
    engines: z.strictObject({ postgres: engine, redis: engine, chroma: engine }),
  }),
  status: 200,
  alsoStatus: { 503: 'The status is `down`.' },
  description: '`hint` says what is wrong and what to do.',
});

export const openapi = contract('openapi', { answer: z.looseObject({ openapi: z.string() }), status: 200 });

export const docs = contract('docs', { answer: z.string(), status: 200, mediaType: 'text/html; charset=utf-8' });
