/** Builds the events of a WebSocket API: the authorizer's question, and what `$connect`, messages and `$disconnect` bring. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayEventWebsocketRequestContextV2 } from 'aws-lambda';
import { ACCOUNT_ID, API_ID, commonLogTime, splitTarget } from '../event.ts';

/** What stays the same for as long as a connection lives. */
export interface Handshake {
  readonly connectionId: string;
  readonly connectedAt: Date;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

type RouteKey = '$connect' | '$disconnect' | '$default';

const STAGE = 'local';
const EVENT_TYPES = { $connect: 'CONNECT', $disconnect: 'DISCONNECT', $default: 'MESSAGE' } as const;

export const METHOD_ARN = `arn:aws:execute-api:local:${ACCOUNT_ID}:${API_ID}/${STAGE}/$connect`;

/** The headers as the client wrote them: a WebSocket API does not lower their names. Of repeated ones the last counts. */
export function handshakeFields(request: IncomingMessage) {
  const headers: Record<string, string> = {};
  const multiValueHeaders: Record<string, string[]> = {};
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    headers[name] = value;
    multiValueHeaders[name] = Object.hasOwn(multiValueHeaders, name)
      ? [...(multiValueHeaders[name] ?? []), value]
      : [value];
  }
  const [, query] = splitTarget(request.url ?? '/');
  return {
    headers,
    multiValueHeaders,
    ...(query !== '' && { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) }),
  };
}

export type HandshakeFields = ReturnType<typeof handshakeFields>;

export function socketContext(
  routeKey: RouteKey,
  { connectionId, connectedAt, domainName, sourceIp, userAgent }: Handshake,
  now: Date,
  authorizer?: Readonly<Record<string, string>>,
) {
  const requestId = randomUUID();
  const context: Omit<APIGatewayEventWebsocketRequestContextV2, 'messageId'> = {
    routeKey,
    eventType: EVENT_TYPES[routeKey],
    extendedRequestId: requestId,
    requestTime: commonLogTime(now),
    messageDirection: 'IN',
    stage: STAGE,
    connectedAt: connectedAt.getTime(),
    requestTimeEpoch: now.getTime(),
    requestId,
    domainName,
    connectionId,
    apiId: API_ID,
  };
  return { ...context, identity: { sourceIp, userAgent }, ...(authorizer && { authorizer }) };
}
