/** The middlewares of an HTTP function, outermost first: envelope, authorized, parsed, replying. */
import type { Caller } from '@auren/memory/model/caller.ts';
import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Contract } from '../contract/contract.ts';
import { callerOf, requireScope } from './caller.ts';
import type { HttpEvent, HttpResult } from './http-event.ts';
import { describeError, log } from './log.ts';
import { knownError, problemResult } from './problem.ts';
import { type Reply, resultOf } from './reply.ts';
import { type ParsedRequest, parseRequest } from './request.ts';
import { requestIdOf } from './request-id.ts';

/** An event on its way through the stack: the handler at the end reads `input` alone. */
export type StackEvent = HttpEvent & { input?: ParsedRequest & { caller: Caller | null } };
/** The handler answers a reply, the stack turns it into a result. */
export type StackResult = Reply | HttpResult;

export interface Scratch extends Record<string, unknown> {
  requestId: string;
  caller: Caller | null;
}

type Middleware = MiddlewareObj<StackEvent, StackResult, Error, Context, Scratch>;

const REQUEST_ID = 'x-request-id';

function logFailure(contract: Contract, requestId: string, error: unknown): void {
  const known = knownError(error);
  if (known !== null && known.code !== 'engine_unavailable') return;
  log(known === null ? 'error' : 'warn', known === null ? 'an operation failed' : 'an engine does not answer', {
    request_id: requestId,
    operation: contract.name,
    error: describeError(error),
  });
}

/** Attached first, so that its `onError` is the last word: every error leaves as problem+json. */
export const envelope = (contract: Contract): Middleware => ({
  before: (request) => {
    request.internal.requestId = requestIdOf(request.event, request.context.awsRequestId);
  },
  after: ({ response, internal }) => {
    if (response) response.headers[REQUEST_ID] = internal.requestId;
  },
  onError: (request) => {
    const { requestId } = request.internal;
    logFailure(contract, requestId, request.error);
    const result = problemResult(request.error, requestId);
    result.headers[REQUEST_ID] = requestId;
    request.response = result;
  },
});

/** The authorizer has said who calls; here it is decided whether they may use this route. */
export const authorized = (contract: Contract): Middleware => ({
  before: ({ event, internal }) => {
    internal.caller = contract.route.scope === null ? null : callerOf(event, internal.requestId);
    if (internal.caller !== null) requireScope(internal.caller, contract.route);
  },
});

export const parsed = (contract: Contract): Middleware => ({
  before: ({ event, internal }) => {
    const request = parseRequest(contract, event, internal.caller);
    const caller =
      internal.caller && request.observes ? { ...internal.caller, observes: request.observes } : internal.caller;
    event.input = { ...request, caller };
  },
});

const isReply = (answer: StackResult): answer is Reply => 'status' in answer;

export const replying: Middleware = {
  after: (request) => {
    const { response } = request;
    if (response && isReply(response)) request.response = resultOf(response);
  },
};
