/** The answers of an operation: its success with headers, and every error it may give. */
import type { Contract } from '../../contract/contract.ts';
import { memoryObject } from '../../contract/memory-object.ts';
import { PROBLEMS } from '../problem.ts';
import { type JsonSchema, MEMORY_REFERENCE, outputSchema } from './schema.ts';

type Code = keyof typeof PROBLEMS;

const text = { type: 'string' };

export const problemSchema = (): JsonSchema => ({
  type: 'object',
  description: 'RFC 9457. `errors` names every fault of the request.',
  properties: {
    type: text,
    title: text,
    status: { type: 'integer' },
    detail: text,
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { path: text, message: text }, required: ['path', 'message'] },
    },
    request_id: text,
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
});

const header = (description: string): JsonSchema => ({ description, schema: text });

const HEADERS: Record<string, JsonSchema> = {
  ETag: header('The version of the memory, in quotes.'),
  'X-Memory-Tier': header('The tier that the memory is in.'),
  'X-Next-Cursor': header('Where the next page begins; absent on the last.'),
  'X-Request-Id': header('Names the request in logs and events.'),
  'Server-Timing': header('Milliseconds: redis, pg, chroma, embed, total.'),
  'Idempotency-Replayed': header('"true" where this repeats an earlier answer.'),
};

function headersOf({ route, answerHeaders = [] }: Contract): Record<string, JsonSchema> {
  const names = ['X-Request-Id', 'Server-Timing', ...answerHeaders];
  if (route.idempotent === true) names.push('Idempotency-Replayed');
  return Object.fromEntries(names.map((name) => [name, HEADERS[name] ?? header(name)]));
}

function success(contract: Contract, description: string): JsonSchema {
  const headers = headersOf(contract);
  if (contract.answer === null) return { description, headers };
  const schema = contract.answer === memoryObject ? MEMORY_REFERENCE : outputSchema(contract.answer);
  return { description, headers, content: { [contract.mediaType ?? 'application/json']: { schema } } };
}

/** What any operation of this shape may answer, besides its own. */
function codesOf({ route, path, query, body, agentIn, aboutAgent, errors = [] }: Contract): Code[] {
  const codes: Code[] = [...errors, 'internal_error'];
  if (route.scope !== null) codes.push('missing_scope', 'rate_limited', 'engine_unavailable', 'unknown_field');
  if (path !== undefined || query !== undefined || body !== undefined) codes.push('invalid_field');
  if (body !== undefined) codes.push('malformed_json', 'too_large', 'unsupported_media_type');
  const actsInPath = route.path.includes('{agent_id}') && aboutAgent !== true;
  if (agentIn !== undefined || actsInPath) codes.push('agent_mismatch');
  if (route.idempotent === true) codes.push('idempotency_mismatch', 'in_progress');
  return codes;
}

/** Codes of one status share an answer. */
function problems(contract: Contract): Record<string, JsonSchema> {
  const byStatus = new Map<number, Set<Code>>();
  for (const code of codesOf(contract)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, new Set(byStatus.get(status)).add(code));
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: [...codes].map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

export function answersOf(contract: Contract): Record<string, JsonSchema> {
  const also = Object.entries(contract.alsoStatus ?? {}).map(([status, when]) => [status, success(contract, when)]);
  return {
    [contract.status]: success(contract, contract.route.summary),
    ...Object.fromEntries(also),
    ...problems(contract),
  };
}
