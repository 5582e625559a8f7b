/**
 * The authorizer of the WebSocket API: a bearer key, or a single-use ticket as subprotocol. Its answers are IAM policies; a WebSocket API
 * knows no others. It only authenticates: `$connect` looks at the scope.
 */
import type { Caller } from '@auren/memory/model/caller.ts';
import type { Authentication } from './authorizer.ts';
import { BEARER } from './authorizer.ts';
import { toContext } from './caller.ts';
import { describeError, log } from './log.ts';
import { type SocketAuthorizerAnswer, type SocketAuthorizerEvent, socketHeader } from './socket-event.ts';
import { offeredProtocols, TICKET_PREFIX } from './subprotocol.ts';

export interface SocketAuthentication extends Authentication {
  /** Whom a ticket stands for; it is used up with the question. */
  redeem(ticket: string): Promise<Omit<Caller, 'requestId'> | null>;
}

export interface SocketAuthorizerHandler {
  (event: SocketAuthorizerEvent): Promise<SocketAuthorizerAnswer>;
  /** The same authorizer on another composed object: for tests. */
  with(compose: () => Promise<SocketAuthentication>): SocketAuthorizerHandler;
}

/** API Gateway answers 401 to this message alone. */
const unauthorized = () => new Error('Unauthorized');
const TICKET = /^[\w-]{43}$/;

const policy = (Effect: 'Allow' | 'Deny', Resource: string): SocketAuthorizerAnswer['policyDocument'] => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }],
});

async function callerFor(event: SocketAuthorizerEvent, { authenticate, redeem }: SocketAuthentication) {
  const apiKey = BEARER.exec(socketHeader(event, 'authorization')?.trim() ?? '')?.[1];
  if (apiKey !== undefined) return await authenticate(apiKey);
  const offered = offeredProtocols(event).find((protocol) => protocol.startsWith(TICKET_PREFIX));
  if (offered === undefined) throw unauthorized();
  const ticket = offered.slice(TICKET_PREFIX.length);
  return TICKET.test(ticket) ? await redeem(ticket) : null;
}

export function socketAuthorizer(compose: () => Promise<SocketAuthentication>): SocketAuthorizerHandler {
  const handle = async (event: SocketAuthorizerEvent): Promise<SocketAuthorizerAnswer> => {
    try {
      const caller = await callerFor(event, await compose());
      if (caller === null) return { principalId: 'nobody', policyDocument: policy('Deny', event.methodArn) };
      const { keyId } = caller;
      return { principalId: keyId, policyDocument: policy('Allow', event.methodArn), context: toContext(caller) };
    } catch (error) {
      if (error instanceof Error && error.message === 'Unauthorized') throw error;
      log('error', 'a key or a ticket could not be checked', {
        request_id: event.requestContext?.requestId,
        error: describeError(error),
      });
      throw error;
    }
  };
  return Object.assign(handle, { with: (other: () => Promise<SocketAuthentication>) => socketAuthorizer(other) });
}
