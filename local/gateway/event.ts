/** Builds the events of an HTTP API, payload format 2.0: for the function behind the route and for the authorizer. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Match } from './router.ts';

/** What of a request both events share. */
export type RequestEvent = Omit<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'>;

/** They belong to the connection; `cookie` has a field of its own. */
const DROPPED_HEADERS = new Set([
  'connection',
  'cookie',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export const ACCOUNT_ID = '000000000000';
export const API_ID = 'local';

export function requestEvent(request: IncomingMessage, match: Match, requestId: string, now: Date): RequestEvent {
  const [rawPath, rawQueryString] = splitTarget(request.url ?? '/');
  const headers = headersOf(request);
  const cookies = cookiesOf(request.headers.cookie);
  const query = queryOf(rawQueryString);
  const domainName = request.headers.host ?? 'localhost';
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: API_ID,
      domainName,
      domainPrefix: domainName.split('.', 1)[0] ?? domainName,
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: match.routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(match.pathParameters && { pathParameters: match.pathParameters }),
  };
}

/** The function's event: text as it is, everything else in base64. The authorizer's context goes in here. */
export function functionEvent(
  event: RequestEvent,
  body: Buffer,
  authorizer: Record<string, unknown> | undefined,
): APIGatewayProxyEventV2 {
  const requestContext = authorizer
    ? { ...event.requestContext, authorizer: { lambda: authorizer } }
    : event.requestContext;
  if (body.length === 0) return { ...event, requestContext, isBase64Encoded: false };
  // Bytes that are no UTF-8 would be replaced on the way into a string, and stored so: the function has to see them.
  const isBase64Encoded = !isText(event.headers['content-type']) || !isUtf8(body);
  return { ...event, requestContext, body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

export function authorizerEvent(event: RequestEvent, authorization: string): APIGatewayRequestAuthorizerEventV2 {
  const { method, path } = event.requestContext.http;
  return {
    ...event,
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:local:${ACCOUNT_ID}:${API_ID}/$default/${method}${path}`,
    identitySource: [authorization],
    cookies: event.cookies ?? [],
  };
}

export function splitTarget(target: string): [path: string, query: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

/** Names in lower case, repeated ones joined by commas in the order given (Node itself keeps only the first of some). */
function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (DROPPED_HEADERS.has(name)) continue;
    append(headers, name, rawHeaders[at + 1] ?? '');
  }
  headers['x-forwarded-for'] ??= request.socket.remoteAddress ?? '127.0.0.1';
  headers['x-forwarded-port'] ??= String(request.socket.localPort ?? '');
  headers['x-forwarded-proto'] ??= 'http';
  return headers;
}

function cookiesOf(header: string | undefined): string[] | undefined {
  return header
    ?.split(';')
    .map((cookie) => cookie.trim())
    .filter(Boolean);
}

function queryOf(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    append(parameters, name, value);
  }
  return parameters;
}

/** `constructor` is a name like any other: only what was put there counts as an earlier value. */
function append(record: Record<string, string>, name: string, value: string): void {
  record[name] = Object.hasOwn(record, name) ? `${record[name]},${value}` : value;
}

/** A body of unknown type is binary, and so is a form: curl's default for `-d` arrives in base64. */
const isText = (contentType: string | undefined) =>
  contentType !== undefined && /^(text\/|application\/([\w.-]+\+)?(json|xml|javascript)\b)/i.test(contentType);

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `12/Mar/2026:19:03:58 +0000`. */
export function commonLogTime(now: Date): string {
  const iso = now.toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[now.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
