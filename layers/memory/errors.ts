/** The one error base of the domain: a code that the edge turns into a status, a sentence that says what to do, and a cause. */

export type ErrorCode =
  | 'malformed_json'
  | 'unknown_field'
  | 'invalid_field'
  | 'too_large'
  | 'unsupported_media_type'
  | 'missing_scope'
  | 'agent_mismatch'
  | 'not_owner'
  | 'not_found'
  | 'idempotency_mismatch'
  | 'in_progress'
  | 'stale_version'
  | 'conflict'
  | 'rate_limited'
  | 'engine_unavailable';

/** Where in the input the fault lies: a dotted path such as `memories[3].priority`, and what is wrong with it. */
export interface FieldFault {
  path: string;
  message: string;
}

export interface ErrorDetails {
  cause?: unknown;
  errors?: FieldFault[];
  retryAfterSeconds?: number;
}

export class AurenError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldFault[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'AurenError';
    this.code = code;
    this.errors = details.errors;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

export const notFound = (what: string) =>
  new AurenError('not_found', `There is no ${what}, or it is not yours to see.`);

export const invalidField = (path: string, message: string) =>
  new AurenError('invalid_field', `${path}: ${message}`, { errors: [{ path, message }] });

export type Engine = 'postgres' | 'redis' | 'chroma';

/** An engine did not answer. The cause stays inside: it may hold a query or a connection string. */
export class EngineUnavailable extends AurenError {
  readonly engine: Engine;

  constructor(engine: Engine, cause: unknown) {
    super('engine_unavailable', `${engine} does not answer; nothing was changed. Try again shortly.`, {
      cause,
      retryAfterSeconds: 2,
    });
    this.engine = engine;
  }
}
