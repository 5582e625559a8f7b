/** Puts the authorizer's question and reads its simple answer (payload format 2.0), without a cache: it keeps its own. */

import { authorizerEvent, type RequestEvent } from './event.ts';
import { AUTHORIZE, type Functions } from './functions.ts';

/** The context for the function, or the status of the refusal. */
export type Verdict = { readonly context: Record<string, unknown> | undefined } | { readonly refused: 401 | 403 };

/** @throws what the authorizer throws, or an error for an answer that is none: API Gateway answers 500 to both */
export async function authorize(functions: Functions, event: RequestEvent): Promise<Verdict> {
  const authorization = event.headers.authorization;
  // The identity source is missing: API Gateway refuses without asking.
  if (!authorization) return { refused: 401 };
  const answer = await functions.call(AUTHORIZE, authorizerEvent(event, authorization));
  if (typeof answer !== 'object' || answer === null || !('isAuthorized' in answer)) {
    throw new Error('the authorizer answered without isAuthorized');
  }
  if (answer.isAuthorized !== true) return { refused: 403 };
  const context = 'context' in answer ? answer.context : undefined;
  if (context !== undefined && (typeof context !== 'object' || context === null)) {
    throw new Error("the authorizer's context is not an object");
  }
  return { context: { ...context } };
}
