/** A person's data: erased everywhere, and exported whole. */
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { cursor, limit, name, reason } from './fields.ts';

const EXPORT_LIMIT_MAX = 500;

const count = z.int();
const counts = z.strictObject({
  hot: count,
  warm: count,
  cold: count,
  index: count,
  events: count,
  queries: count,
  patterns: count,
  idempotency: count,
});

const certificate = z.strictObject({
  id: z.string(),
  user_id: z.string(),
  requested_at: z.string(),
  completed_at: z.string(),
  counts,
  chain: z.strictObject({ verified: z.boolean(), memories: count }),
  covers: z.array(z.string()),
  does_not_cover: z.array(z.strictObject({ what: z.string(), until: z.string() })),
  signature: z.string(),
});

const path = z.strictObject({ user_id: name });

export const eraseUser = contract('erase-user', {
  path,
  query: z.strictObject({ reason }),
  answer: z.strictObject({ erased: counts, certificate: z.nullable(certificate) }),
  status: 200,
  alsoStatus: { 202: 'More remains than fits into one request: `certificate` is null; repeat the request.' },
  errors: ['agent_mismatch'],
  description: [
    'Memories of every agent, space and tier, their content in the log, copies, vectors, counted uses, idempotency records and the key; and what was derived from them: access patterns, queries about the person, patterns that hold one of the memories, insights made of these.',
    'Repeat it until it answers 200: it goes on where it stood, and the counts are those of the whole erasure. A person of whom nothing is known is erased with counts of 0.',
    'Asked again afterwards it answers the same certificate, or begins anew where something came since.',
    'Without Redis or Chroma it answers 503 after all else is done. Needs a key that is bound to no agent.',
  ].join(' '),
});

export const exportUser = contract('export-user', {
  path,
  query: z.strictObject({ limit: limit(EXPORT_LIMIT_MAX, 200), cursor }),
  answer: z.string(),
  status: 200,
  mediaType: 'application/x-ndjson',
  answerHeaders: ['X-Next-Cursor'],
  errors: ['agent_mismatch'],
  description: [
    "One JSON object a line, each with its `kind`: `memory`, `event` (with `payload` where the content still exists), `usage`, `idempotency`, `query`, `access_pattern`, `pattern` (with the person's own memories alone).",
    'Follow `X-Next-Cursor` until it is absent. It counts as no use. Needs a key that is bound to no agent.',
  ].join(' '),
});
