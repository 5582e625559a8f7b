/** `operation(contract, compose, run)`: an HTTP function. `run` gets parsed input and composed use cases, and answers a reply. */
import type { Idempotency } from '@auren/memory/memory.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import { noteLatency } from '@auren/memory/telemetry.ts';
import { type Timings, withTimings } from '@auren/memory/timing.ts';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { BodyOf, Contract, ContractParts, PathOf, QueryOf } from '../contract/contract.ts';
import type { HTTP_ROUTES, RouteName } from '../routes.ts';
import { deadlineOf } from './deadline.ts';
import type { HttpEvent, HttpResult } from './http-event.ts';
import {
  authorized,
  envelope,
  parsed,
  replying,
  type Scratch,
  type StackEvent,
  type StackResult,
} from './middleware.ts';
import type { Reply } from './reply.ts';
import { serverTiming } from './server-timing.ts';

type PublicRoute = Extract<(typeof HTTP_ROUTES)[number], { scope: null }>['name'];

/** What an operation is called with; the contract's schemas give the types. */
export interface Input<N extends RouteName, P> {
  path: PathOf<P>;
  query: QueryOf<P>;
  body: BodyOf<P>;
  /** Null on public routes. */
  caller: N extends PublicRoute ? null : Caller;
  /** Until when another step may begin, for operations that do as much as they can. */
  deadline: Date;
  ifMatch?: number;
  idempotency?: Idempotency;
}

export interface HttpHandler<D> {
  (event: HttpEvent, context?: Partial<Context>): Promise<HttpResult>;
  /** The same operation on another composed object: for tests. */
  with(compose: () => Promise<D>): HttpHandler<D>;
}

/** A timeout is answered this long before Lambda would cut the function off. */
const TIMEOUT_EARLY_MS = 300;
/** A step may take this long, and the answer must still go out. */
const STEP_MS = 5_000;
/** Where nothing says how long there is, as in tests. */
const DEFAULT_MS = 10_000;

export function operation<N extends RouteName, P extends ContractParts, D>(
  contract: Contract<N, P>,
  compose: () => Promise<D>,
  run: (input: Input<N, P>, composed: D) => Promise<Reply>,
): HttpHandler<D> {
  const stack = middy<StackEvent, StackResult, Error, Context, Scratch>({ timeoutEarlyInMillis: TIMEOUT_EARLY_MS })
    .use(envelope(contract))
    .use(authorized(contract))
    .use(parsed(contract))
    .use(replying)
    // The schemas that typed `Input` are the ones that `parsed` has just applied.
    .handler(async (event: StackEvent, context: Context) => {
      const deadline = deadlineOf(context, STEP_MS, DEFAULT_MS);
      return run({ ...event.input, deadline } as unknown as Input<N, P>, await compose());
    });

  const handle = async (event: HttpEvent, context: Partial<Context> = {}): Promise<HttpResult> => {
    const timings: Timings = {};
    const start = performance.now();
    const result = (await withTimings(timings, () => stack({ ...event }, context as Context))) as HttpResult;
    const totalMs = performance.now() - start;
    const tenantId = event.requestContext.authorizer?.lambda?.tenant_id;
    if (typeof tenantId === 'string') noteLatency(tenantId, contract.name, totalMs);
    result.headers['server-timing'] = serverTiming(timings, totalMs);
    return result;
  };
  return Object.assign(handle, { with: (other: () => Promise<D>) => operation(contract, other, run) });
}
