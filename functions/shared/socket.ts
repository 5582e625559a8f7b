/** `socketRoute(name, compose, run, refuse)`: a function of the WebSocket API. `refuse` says how an error of the caller's is answered. */
import { randomUUID } from 'node:crypto';
import type { AurenError } from '@auren/memory/errors.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import { callerFrom } from './caller.ts';
import { describeError, log } from './log.ts';
import { knownError } from './problem.ts';
import type { SocketEvent, SocketResult } from './socket-event.ts';

export interface SocketInput {
  caller: Caller;
  connectionId: string;
  event: SocketEvent;
}

export interface SocketHandler<D> {
  (event: SocketEvent): Promise<SocketResult>;
  /** The same function on another composed object: for tests. */
  with(compose: () => Promise<D>): SocketHandler<D>;
}

export const OK: SocketResult = { statusCode: 200 };

/** Null is a fault of ours. */
export type Refuse = (error: AurenError | null, event: SocketEvent) => SocketResult;

export function socketRoute<D>(
  name: string,
  compose: () => Promise<D>,
  run: (input: SocketInput, composed: D) => Promise<SocketResult>,
  refuse: Refuse,
): SocketHandler<D> {
  const handle = async (event: SocketEvent): Promise<SocketResult> => {
    const { connectionId, requestId = randomUUID(), authorizer } = event.requestContext;
    try {
      const caller = callerFrom(authorizer ?? {}, requestId);
      return await run({ caller, connectionId, event }, await compose());
    } catch (error) {
      const known = knownError(error);
      if (known === null || known.code === 'engine_unavailable') {
        log(known === null ? 'error' : 'warn', 'a socket function failed', {
          request_id: requestId,
          operation: name,
          error: describeError(error),
        });
      }
      return refuse(known, event);
    }
  };
  return Object.assign(handle, { with: (other: () => Promise<D>) => socketRoute(name, other, run, refuse) });
}
