/** What goes back to the client: a function's result, checked as API Gateway checks it, or a refusal of the gateway's own. */

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: string | Buffer;
}

/** Lambda's limit for a synchronous answer. */
const ANSWER_BYTES_MAX = 6 * 1_024 * 1_024;
/** In JSON a character takes up to 6 bytes, so a shorter body needs no counting. */
const SURELY_SMALL_CHARS = ANSWER_BYTES_MAX / 6;

const REFUSALS = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

export type RefusalStatus = keyof typeof REFUSALS;

export const jsonAnswer = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** API Gateway's own words. Clients branch on the status: these are not problem+json. */
export const refusal = (status: RefusalStatus): Answer => jsonAnswer(status, { message: REFUSALS[status] });

/** A function's answer that API Gateway does not take. The client sees a 500, the log the reason. */
export class BadAnswer extends Error {
  override readonly name = 'BadAnswer';
}

/**
 * Reads a result in payload format 2.0. One without `statusCode` is the body of a 200 itself.
 *
 * @throws BadAnswer that says what is wrong with it
 */
export function answerOf(result: unknown): Answer {
  if (result === undefined || result === null) throw new BadAnswer('the function answered nothing');
  if (typeof result !== 'object' || !('statusCode' in result)) return inferred(result);
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as Record<string, unknown>;
  if (!Number.isInteger(statusCode) || Number(statusCode) < 100 || Number(statusCode) > 599) {
    throw new BadAnswer(`statusCode is ${JSON.stringify(statusCode)}, not a status`);
  }
  if (body !== undefined && body !== null && typeof body !== 'string') throw new BadAnswer('body is not a string');
  refuseTooLarge(body?.length ?? 0, result);
  return {
    status: Number(statusCode),
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...headersOf(headers), ...cookiesOf(cookies) },
    body: isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

function inferred(result: unknown): Answer {
  const body = typeof result === 'string' ? result : JSON.stringify(result);
  refuseTooLarge(body.length, result);
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function refuseTooLarge(chars: number, result: unknown): void {
  if (chars <= SURELY_SMALL_CHARS) return;
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > ANSWER_BYTES_MAX) throw new BadAnswer(`${bytes} bytes exceed Lambda's ${ANSWER_BYTES_MAX} for an answer`);
}

function headersOf(headers: unknown): Record<string, string> {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== 'object') throw new BadAnswer('headers is not an object');
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) throw new BadAnswer(`header ${name} is no text`);
    clean[name.toLowerCase()] = String(value);
  }
  return clean;
}

function cookiesOf(cookies: unknown): Record<string, string[]> {
  if (cookies === undefined || cookies === null) return {};
  if (!Array.isArray(cookies) || !cookies.every((cookie) => typeof cookie === 'string')) {
    throw new BadAnswer('cookies is not a list of texts');
  }
  return { 'set-cookie': cookies };
}
