/** Calls the functions behind a WebSocket API with its events, and reads what they answer as API Gateway does. */
import { randomUUID } from 'node:crypto';
import { SOCKET_AUTHORIZER, SOCKET_ROUTES, type SocketRoute } from '../../../functions/routes.ts';
import type { Log } from '../../engines/types.ts';
import type { FunctionRef, Functions } from '../functions.ts';
import { authorizeSocket, type SocketVerdict } from './socket-authorize.ts';
import { type Handshake, type HandshakeFields, METHOD_ARN, socketContext } from './socket-event.ts';

export interface SocketFunctionsOptions {
  readonly functions: Pick<Functions, 'call'>;
  readonly clock: { now(): Date };
  readonly log: Log;
}

export type Authorizer = Readonly<Record<string, string>>;

interface SocketAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface Connected {
  /** Of `$connect`; 502 where the function fails. */
  readonly status: number;
  readonly subprotocol: string | undefined;
}

const AUTHORIZE: FunctionRef = { folder: 'auth', ...SOCKET_AUTHORIZER };
const routeFor = (routeKey: SocketRoute['routeKey']): SocketRoute & FunctionRef => {
  const route: SocketRoute | undefined = SOCKET_ROUTES.find((candidate) => candidate.routeKey === routeKey);
  if (!route) throw new Error(`the route table has no socket route ${routeKey}`);
  return { folder: 'socket', ...route };
};
const CONNECT = routeFor('$connect');
const MESSAGE = routeFor('$default');
const DISCONNECT = routeFor('$disconnect');

const FAILED = 502;

export class SocketFunctions {
  readonly #options: SocketFunctionsOptions;

  constructor(options: SocketFunctionsOptions) {
    this.#options = options;
  }

  async authorize(handshake: Handshake, fields: HandshakeFields): Promise<SocketVerdict | { refused: 500 }> {
    const requestContext = this.#context('$connect', handshake);
    const event = { type: 'REQUEST', methodArn: METHOD_ARN, ...fields, stageVariables: {}, requestContext };
    try {
      return await authorizeSocket(() => this.#options.functions.call(AUTHORIZE, event));
    } catch (error) {
      this.#report('authorizer', handshake, error);
      return { refused: 500 };
    }
  }

  async connect(handshake: Handshake, fields: HandshakeFields, authorizer: Authorizer): Promise<Connected> {
    const requestContext = this.#context('$connect', handshake, authorizer);
    const answer = await this.#call(CONNECT, handshake, { ...fields, requestContext });
    return { status: answer?.statusCode ?? FAILED, subprotocol: answer && subprotocolIn(answer) };
  }

  /** What the client is told; undefined where that is nothing. */
  async message(handshake: Handshake, authorizer: Authorizer, body: string): Promise<string | undefined> {
    const requestContext = { ...this.#context('$default', handshake, authorizer), messageId: randomUUID() };
    const answer = await this.#call(MESSAGE, handshake, { requestContext, body });
    if (!answer) return ownWords('Internal server error', handshake);
    return MESSAGE.answers && answer.body !== '' ? answer.body : undefined;
  }

  async disconnect(handshake: Handshake, authorizer: Authorizer, code: number, reason: string): Promise<void> {
    const requestContext = {
      ...this.#context('$disconnect', handshake, authorizer),
      disconnectStatusCode: code,
      disconnectReason: reason,
    };
    const headers = { Host: handshake.domainName, 'X-Forwarded-For': '', 'x-api-key': '', 'x-restapi': '' };
    await this.#call(DISCONNECT, handshake, { headers, requestContext });
  }

  /** A function's answer; undefined, and a line in the log, where it fails or answers what API Gateway does not take. */
  async #call(
    route: SocketRoute & FunctionRef,
    handshake: Handshake,
    event: object,
  ): Promise<SocketAnswer | undefined> {
    try {
      return answerOf(await this.#options.functions.call(route, { ...event, isBase64Encoded: false }));
    } catch (error) {
      this.#report(route.routeKey, handshake, error);
      return undefined;
    }
  }

  #context(routeKey: SocketRoute['routeKey'], handshake: Handshake, authorizer?: Authorizer) {
    return socketContext(routeKey, handshake, this.#options.clock.now(), authorizer);
  }

  #report(where: string, { connectionId }: Handshake, error: unknown): void {
    const why = error instanceof Error ? error.stack : String(error);
    this.#options.log(`gateway: ${where} (connection ${connectionId}): ${why}`);
  }
}

/** API Gateway's own messages; a client tells them from ours by the missing `kind`. */
export const ownWords = (message: string, { connectionId }: Pick<Handshake, 'connectionId'>): string =>
  JSON.stringify({ message, connectionId, requestId: randomUUID() });

function answerOf(result: unknown): SocketAnswer {
  const { statusCode, headers, body } = (result ?? {}) as Record<string, unknown>;
  if (!Number.isInteger(statusCode))
    throw new Error(`the function answered ${JSON.stringify(result)}, without a status`);
  if (body !== undefined && body !== null && typeof body !== 'string') throw new Error('its body is not a string');
  return { statusCode: Number(statusCode), headers: { ...(headers ?? {}) }, body: body ?? '' };
}

function subprotocolIn({ headers }: SocketAnswer): string | undefined {
  const [, chosen] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  return typeof chosen === 'string' ? chosen : undefined;
}
