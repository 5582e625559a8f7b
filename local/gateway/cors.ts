/** CORS as an HTTP API's configuration does it: the gateway answers preflights itself and marks every answer to an allowed origin. */
import type { IncomingMessage } from 'node:http';
import { CORS } from '../../functions/routes.ts';
import type { Answer } from './answer.ts';

const METHODS = CORS.methods.join(',');
const REQUEST_HEADERS = CORS.requestHeaders.join(',');
const ANSWER_HEADERS = CORS.answerHeaders.join(',');
const PREFLIGHT_SECONDS = String(CORS.preflightSeconds);

export class Cors {
  readonly #origins: readonly string[];

  /** @param origins as in `AUREN_CORS_ORIGINS`; `*` is all, none at all switches CORS off */
  constructor(origins: readonly string[]) {
    this.#origins = origins;
  }

  /** The answer to an OPTIONS request; undefined where CORS is off, so that it is a route like any other. */
  preflight(request: IncomingMessage): Answer | undefined {
    if (request.method !== 'OPTIONS' || this.#origins.length === 0) return undefined;
    const allowed = this.#allowed(request);
    const headers: Record<string, string> = allowed
      ? {
          'access-control-allow-origin': allowed,
          'access-control-allow-methods': METHODS,
          'access-control-allow-headers': REQUEST_HEADERS,
          'access-control-max-age': PREFLIGHT_SECONDS,
        }
      : {};
    return { status: 204, headers, body: '' };
  }

  /** The headers that an answer gets; the functions' own are overwritten, as API Gateway does. */
  headers(request: IncomingMessage): Record<string, string> | undefined {
    if (request.headers.origin === undefined || this.#origins.length === 0) return undefined;
    const allowed = this.#allowed(request);
    return allowed
      ? { 'access-control-allow-origin': allowed, 'access-control-expose-headers': ANSWER_HEADERS, vary: 'origin' }
      : undefined;
  }

  #allowed({ headers: { origin } }: IncomingMessage): string | undefined {
    if (origin === undefined) return undefined;
    if (this.#origins.includes('*')) return '*';
    return this.#origins.includes(origin) ? origin : undefined;
  }
}
