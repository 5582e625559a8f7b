/**
 * The `@connections` API: how functions post to a connection, look at it and close it. Speaks to the unmodified
 * `@aws-sdk/client-apigatewaymanagementapi`, and takes only calls signed with this run's own access key.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SOCKET } from '../../../functions/routes.ts';
import { type Answer, jsonAnswer } from '../answer.ts';
import { readBody } from '../body.ts';
import { Throttle, type ThrottleLimits } from '../throttle.ts';
import { type Connection, NORMAL } from './connection.ts';
import type { SocketGateway } from './socket-gateway.ts';

export interface ManagementOptions {
  readonly sockets: Pick<SocketGateway, 'find'>;
  readonly accessKeyId: string;
  /** They share the account's limit; a test sets a low one. */
  readonly throttle?: ThrottleLimits;
}

const PREFIX = '/@connections/';
const DONE: Answer = { status: 200, headers: {}, body: '' };
const DELETED: Answer = { status: 204, headers: {}, body: '' };

/** An exception as the SDK reads it: its class from the header, `message` from the body. */
const exception = (status: number, name: string, message: string | null): Answer => {
  const { headers, body } = jsonAnswer(status, { message });
  return { status, headers: { ...headers, 'x-amzn-errortype': name }, body };
};

const FORBIDDEN = exception(403, 'ForbiddenException', null);
const GONE = exception(410, 'GoneException', '410');
const TOO_LARGE = exception(413, 'PayloadTooLargeException', 'Message too long');
const LIMIT_EXCEEDED = exception(429, 'LimitExceededException', 'Rate exceeded');
const NOT_ALLOWED = exception(405, 'MethodNotAllowedException', null);

export class Management {
  readonly #options: ManagementOptions;
  readonly #throttle: Throttle;

  constructor(options: ManagementOptions) {
    this.#options = options;
    this.#throttle = new Throttle(options.throttle);
  }

  owns(path: string): boolean {
    return decoded(path)?.startsWith(PREFIX) === true;
  }

  async serve(request: IncomingMessage, path: string): Promise<Answer> {
    const body = await readBody(request);
    if (!this.#isSigned(request)) return FORBIDDEN;
    if (!this.#throttle.admits()) return LIMIT_EXCEEDED;
    const connection = this.#options.sockets.find(decoded(path)?.slice(PREFIX.length) ?? '');
    if (!connection) return GONE;
    switch (request.method) {
      case 'POST':
        return post(connection, body);
      case 'GET':
        return jsonAnswer(200, described(connection));
      case 'DELETE':
        connection.close(NORMAL);
        return DELETED;
      default:
        return NOT_ALLOWED;
    }
  }

  /** The key id is random, known to this process only and as good as a password: the rest of the signature is not computed again. */
  #isSigned({ headers: { authorization = '' } }: IncomingMessage): boolean {
    const [, given = ''] =
      /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/[^/]+\/execute-api\//.exec(authorization) ?? [];
    const expected = Buffer.from(this.#options.accessKeyId);
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  }
}

/** Returns when the message is handed to the connection, not when the client has it. */
function post(connection: Connection, body: Buffer | undefined): Answer {
  if (!body || body.length > SOCKET.MESSAGE_BYTES_MAX) return TOO_LARGE;
  // "or the WebSocket client side buffer is full", as the SDK describes this exception.
  if (connection.isFull()) return LIMIT_EXCEEDED;
  connection.send(body);
  return DONE;
}

const described = ({ handshake: { connectedAt, sourceIp, userAgent }, lastActiveAt }: Connection) => ({
  connectedAt: connectedAt.toISOString(),
  identity: { sourceIp, userAgent },
  lastActiveAt: lastActiveAt.toISOString(),
});

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
