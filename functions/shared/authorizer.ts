/** The HTTP authorizer (payload 2.0, simple answers): `Authorization: Bearer <key>` -> the caller as context. */
import type { Caller } from '@auren/memory/model/caller.ts';
import { type AuthorizerContext, toContext } from './caller.ts';
import { describeError, log } from './log.ts';

export interface Authentication {
  authenticate(apiKey: string): Promise<Omit<Caller, 'requestId'> | null>;
}

export interface AuthorizerEvent {
  headers?: Record<string, string | undefined>;
  requestContext?: { requestId?: string };
}

export interface AuthorizerAnswer {
  isAuthorized: boolean;
  context?: AuthorizerContext;
}

export interface AuthorizerHandler {
  (event: AuthorizerEvent): Promise<AuthorizerAnswer>;
  /** The same authorizer on another composed object: for tests. */
  with(compose: () => Promise<Authentication>): AuthorizerHandler;
}

/** One token of the characters that RFC 6750 allows; a header that came twice is joined by a comma and so is none. */
export const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,256})$/i;

/**
 * Throws where the engines do not answer: the gateway then answers 500 and keeps nothing, while a refusal would be cached
 * and lock the key out.
 */
export function authorizer(compose: () => Promise<Authentication>): AuthorizerHandler {
  const handle = async (event: AuthorizerEvent): Promise<AuthorizerAnswer> => {
    const apiKey = BEARER.exec(event.headers?.authorization?.trim() ?? '')?.[1];
    if (apiKey === undefined) return { isAuthorized: false };
    try {
      const caller = await (await compose()).authenticate(apiKey);
      return caller === null ? { isAuthorized: false } : { isAuthorized: true, context: toContext(caller) };
    } catch (error) {
      log('error', 'a key could not be checked', {
        request_id: event.requestContext?.requestId,
        error: describeError(error),
      });
      throw error;
    }
  };
  return Object.assign(handle, { with: (other: () => Promise<Authentication>) => authorizer(other) });
}
