/** Failures of the API as a page tells them: what happened, and what to do about it. */

interface FieldFault {
  path: string;
  message: string;
}

/** `application/problem+json`, or the gateway's own `{message}`; fields that an answer lacks are undefined. */
export interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  errors?: FieldFault[];
  request_id?: string;
  message?: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Undefined where the gateway refused, not a function. */
  readonly code: string | undefined;
  readonly errors: readonly FieldFault[];
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, body: ProblemBody, headers?: Headers) {
    super(body.detail ?? body.title ?? body.message ?? `The API answered ${status}.`);
    this.status = status;
    this.code = body.code;
    this.errors = body.errors ?? [];
    this.requestId = body.request_id ?? headers?.get('x-request-id') ?? undefined;
    const after = Number(headers?.get('retry-after') ?? Number.NaN);
    this.retryAfterSeconds = Number.isFinite(after) ? after : undefined;
  }
}

/** No answer at all: the network, the service, or the browser in between. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

const ADVICE_BY_CODE: Record<string, string> = {
  missing_scope: 'Sign in with a key that has this scope.',
  agent_mismatch: 'Sign in with a key of that agent, or with an unbound one.',
  not_owner: 'Only its agent, a writer of its space or an unbound key may change it.',
  not_found: 'It may have been deleted or expired. Go back and look again.',
  conflict: 'Something else changed it meanwhile. Look again, then try again.',
  stale_version: 'Something else changed it meanwhile. Look again, then try again.',
  in_progress: 'The same request is still running. Wait a moment.',
  rate_limited: 'Wait a moment, then try again.',
  engine_unavailable: 'The state of each engine is on the Overview. Try again shortly.',
};

const ADVICE_BY_STATUS: Record<number, string> = {
  401: 'Sign in with an API key.',
  403: 'Check the key, or sign in with another one.',
  404: 'Check the address of the API in /config.json.',
  413: 'Send less at once.',
  422: 'Correct it, then try again.',
  429: 'Wait a moment, then try again.',
  503: 'Try again shortly.',
};

export interface Described {
  title: string;
  todo: string;
  /** For a report. */
  requestId?: string | undefined;
}

const faultsOf = (errors: readonly FieldFault[]) =>
  errors.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

export function describeError(error: unknown): Described {
  if (error instanceof NetworkError) {
    return {
      title: 'The API does not answer.',
      todo: 'Check that it runs and that you are online, then try again.',
    };
  }
  if (!(error instanceof ApiError)) {
    return { title: sentence(error instanceof Error ? error.message : String(error)), todo: 'Reload the page.' };
  }
  const faults = faultsOf(error.errors);
  return {
    title: sentence(faults === '' ? error.message : faults),
    todo:
      (error.code === undefined ? undefined : ADVICE_BY_CODE[error.code]) ??
      ADVICE_BY_STATUS[error.status] ??
      'Try again; if it stays, report it with the request id.',
    requestId: error.requestId,
  };
}
