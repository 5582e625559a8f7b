/** One typed call over the HTTP contract. The types come from the contract's own schemas; nothing of them is bundled. */
import type * as z from 'zod/mini';
import { config } from '../state/config.ts';
import { apiKey, signOut } from '../state/session.ts';
import { ApiError, NetworkError, type ProblemBody } from './problem.ts';
import { type Query, queryString } from './query.ts';

export type { Query } from './query.ts';

type Schema = z.ZodMiniType;
/** `Answer<typeof getStats>`: what an operation answers. */
export type Answer<C> = C extends { answer: infer S extends Schema } ? z.output<S> : undefined;
/** `Body<typeof searchMemories>`: what it takes. */
export type Body<C> = C extends { body: infer S extends Schema } ? z.input<S> : never;

export interface CallOptions {
  query?: Query;
  body?: object;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** In place of the session's, to try one out. */
  key?: string;
}

export const REFUSED_KEY = 'The API did not accept the key. It may have been revoked or have expired.';

/**
 * Calls the API and answers its body.
 *
 * @throws ApiError for an answer that is not 2xx, NetworkError where there was none
 */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const { query = {}, body, headers = {}, signal, key } = options;
  const bearer = key ?? apiKey.value;
  const answer = await send(`${config().api}${path}${queryString(query)}`, {
    method,
    headers: {
      // Who looks on through this page does not use what is read.
      'x-auren-observe': 'true',
      ...headers,
      ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const text = await answer.text();
  if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  const error = new ApiError(answer.status, problemIn(text), answer.headers);
  // The gateway's own refusals carry no code: the key itself was refused, so it has to be entered again.
  if (key === undefined && error.code === undefined && (error.status === 401 || error.status === 403)) {
    signOut(REFUSED_KEY);
  }
  throw error;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new NetworkError('the API does not answer', { cause: error });
  }
}

function problemIn(text: string): ProblemBody {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
