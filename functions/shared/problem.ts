/** Errors as RFC 9457 problem+json: the one place that knows which code has which status. Never a stack, query or address. */
import { AurenError, type ErrorCode, type FieldFault } from '@auren/memory/errors.ts';
import type { HttpResult } from './http-event.ts';

/** A fault of ours; the only code that the domain does not have. */
export const INTERNAL_ERROR = 'internal_error';

export const PROBLEMS: Record<ErrorCode | typeof INTERNAL_ERROR, { status: number; title: string }> = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  unknown_field: { status: 422, title: 'A field or parameter is not known' },
  invalid_field: { status: 422, title: 'A field or parameter is not valid' },
  too_large: { status: 413, title: 'Too large' },
  unsupported_media_type: { status: 415, title: 'The body is not sent as JSON' },
  missing_scope: { status: 403, title: 'The API key lacks a scope' },
  agent_mismatch: { status: 403, title: 'The API key is bound to another agent' },
  not_owner: { status: 403, title: 'Only the owner may do this' },
  not_found: { status: 404, title: 'Not found' },
  idempotency_mismatch: { status: 422, title: 'The Idempotency-Key stands for another request' },
  in_progress: { status: 409, title: 'The same request is still running' },
  stale_version: { status: 412, title: 'The version has moved on' },
  conflict: { status: 409, title: 'Conflict' },
  rate_limited: { status: 429, title: 'Too many requests' },
  engine_unavailable: { status: 503, title: 'A storage engine does not answer' },
  [INTERNAL_ERROR]: { status: 500, title: 'An unexpected fault' },
};

/** 429 and 503 always say when to come back. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = { rate_limited: 1, engine_unavailable: 2 };

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors?: FieldFault[];
  request_id: string;
}

/** middy gives up shortly before Lambda would kill the function. */
const timedOut = (error: unknown) =>
  new AurenError('engine_unavailable', 'This took too long and may or may not have happened. Look, then try again.', {
    cause: error,
  });

/** The error that is to be told: our own as it is, a timeout as unavailable, anything else as null (a fault of ours). */
export function knownError(error: unknown): AurenError | null {
  if (error instanceof AurenError) return error;
  return error instanceof Error && error.name === 'TimeoutError' ? timedOut(error) : null;
}

export function problemResult(error: unknown, requestId: string): HttpResult {
  const known = knownError(error);
  const code = known?.code ?? INTERNAL_ERROR;
  const { status, title } = PROBLEMS[code];
  const problem: Problem = {
    type: `/docs#${code}`,
    title,
    status,
    detail: known?.message ?? 'Something went wrong on our side. Report it with the request id.',
    code,
    ...(known?.errors === undefined ? {} : { errors: known.errors }),
    request_id: requestId,
  };
  const retryAfter = known?.retryAfterSeconds ?? (known === null ? undefined : RETRY_AFTER_SECONDS[known.code]);
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
    },
    body: JSON.stringify(problem),
  };
}
