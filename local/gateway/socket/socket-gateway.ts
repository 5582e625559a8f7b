/**
 * A WebSocket API on the gateway's port, with API Gateway's behavior: authorizer and `$connect` before a connection is open,
 * messages to `$default`, `$disconnect` best effort, and its limits.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { SOCKET } from '../../../functions/routes.ts';
import { STOP_WITHIN_MS, settledWithin } from '../../within.ts';
import { splitTarget } from '../event.ts';
import { Throttle, type ThrottleLimits } from '../throttle.ts';
import { Connection, GOING_AWAY, NO_BINARY, TOO_LARGE } from './connection.ts';
import { FrameMeter } from './frame-meter.ts';
import { Lifetimes } from './lifetimes.ts';
import { type Handshake, handshakeFields } from './socket-event.ts';
import { type Authorizer, ownWords, SocketFunctions, type SocketFunctionsOptions } from './socket-functions.ts';
import { ClientGone, refuse, type Upgrade, Upgrader } from './upgrade.ts';

export interface SocketGatewayOptions extends SocketFunctionsOptions {
  /** Messages of all connections together. */
  readonly throttle?: ThrottleLimits;
  /** New connections: 500 a second in an account. */
  readonly connectThrottle?: ThrottleLimits;
}

/** Where the local run has its WebSocket; in AWS it is the stage's own address. */
export const SOCKET_PATH = '/ws';

const CONNECT_LIMITS: ThrottleLimits = { ratePerSecond: 500, burst: 500 };
/** API Gateway's ids have 16 characters, the last a `=`. */
const ID_BYTES = 11;

export class SocketGateway {
  readonly #options: SocketGatewayOptions;
  readonly #functions: SocketFunctions;
  readonly #throttle: Throttle;
  readonly #connectThrottle: Throttle;
  readonly #upgrader = new Upgrader();
  readonly #connections = new Map<string, Connection>();
  readonly #lifetimes: Lifetimes;
  /** What functions still do for a connection; `close` waits for it. */
  readonly #running = new Set<Promise<void>>();
  #isClosing = false;

  constructor(options: SocketGatewayOptions) {
    this.#options = options;
    this.#functions = new SocketFunctions(options);
    this.#throttle = new Throttle(options.throttle);
    this.#connectThrottle = new Throttle(options.connectThrottle ?? CONNECT_LIMITS);
    this.#lifetimes = new Lifetimes(() => this.#connections.values(), options.clock);
  }

  /** An open connection; undefined while `$connect` is still being answered, and after the end. */
  find(connectionId: string): Connection | undefined {
    const connection = this.#connections.get(connectionId);
    return connection?.isOpen() ? connection : undefined;
  }

  /** For the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that breaks off during its handshake: what reads or writes next finds the socket closed.
    socket.on('error', () => socket.destroy());
    const upgrade = { request, socket, head };
    const [path] = splitTarget(request.url ?? '/');
    if (path !== SOCKET_PATH) refuse(upgrade, 404);
    else if (this.#isClosing) refuse(upgrade, 503);
    else if (!this.#connectThrottle.admits()) refuse(upgrade, 429);
    else this.#run(this.#connect(upgrade));
  }

  /** Closes every connection with 1001 and waits 5 s at most for what their functions still do. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#lifetimes.stop();
    const open = [...this.#connections.values()];
    for (const connection of open) connection.close(GOING_AWAY);
    await Promise.all(open.map((connection) => connection.ended));
    if (await settledWithin(this.#running, STOP_WITHIN_MS)) return;
    this.#options.log(`gateway: a socket's function goes on after ${STOP_WITHIN_MS / 1_000} s; left to itself`);
  }

  async #connect(upgrade: Upgrade): Promise<void> {
    const handshake = this.#handshake(upgrade.request);
    const { connectionId } = handshake;
    const fields = handshakeFields(upgrade.request);
    const refuseWith = (status: number) => refuse(upgrade, status, { connectionId, requestId: randomUUID() });
    const verdict = await this.#functions.authorize(handshake, fields);
    if ('refused' in verdict) {
      refuseWith(verdict.refused);
      return;
    }
    const { status, subprotocol } = await this.#functions.connect(handshake, fields, verdict.context);
    if (status < 200 || status > 299) refuseWith(status);
    else await this.#open(upgrade, handshake, verdict.context, subprotocol);
  }

  async #open(upgrade: Upgrade, handshake: Handshake, authorizer: Authorizer, subprotocol?: string): Promise<void> {
    let connection: Connection | undefined;
    const meter = new FrameMeter(SOCKET.FRAME_BYTES_MAX, () => connection?.close(TOO_LARGE));
    // Before `ws` reads: a frame that is too large is known by its header, before its message is whole.
    upgrade.socket.on('data', (bytes: Buffer) => meter.feed(bytes));
    try {
      const socket = await this.#upgrader.accept(upgrade, subprotocol, (opened) => {
        connection = this.#serve(opened, handshake, authorizer);
      });
      if (this.#isClosing) socket.close(...GOING_AWAY);
    } catch (error) {
      if (!(error instanceof ClientGone)) throw error;
      // `$connect` has registered it.
      await this.#functions.disconnect(handshake, authorizer, 1006, '');
    }
  }

  #serve(socket: WebSocket, handshake: Handshake, authorizer: Authorizer): Connection {
    const connection = new Connection(socket, handshake, this.#options.clock);
    this.#connections.set(connection.id, connection);
    socket.on('message', (data: Buffer, isBinary) => {
      // Closing, because of this very message perhaps.
      if (!connection.isOpen()) return;
      if (isBinary) connection.close(NO_BINARY);
      else this.#run(this.#message(connection, authorizer, data.toString('utf8')));
    });
    // Too large or no UTF-8: `ws` closes with the code that the standard has for it.
    socket.on('error', (error) => this.#options.log(`gateway: connection ${connection.id}: ${error.message}`));
    socket.on('close', (code, reason) => {
      this.#connections.delete(connection.id);
      this.#run(this.#functions.disconnect(handshake, authorizer, code, reason.toString('utf8')));
    });
    return connection;
  }

  async #message(connection: Connection, authorizer: Authorizer, body: string): Promise<void> {
    connection.touch();
    const { handshake } = connection;
    const answer = this.#throttle.admits()
      ? await this.#functions.message(handshake, authorizer, body)
      : ownWords('Too Many Requests', handshake);
    if (answer !== undefined && connection.isOpen()) connection.send(answer);
  }

  #handshake(request: IncomingMessage): Handshake {
    return {
      connectionId: `${randomBytes(ID_BYTES).toString('base64url')}=`,
      connectedAt: this.#options.clock.now(),
      domainName: request.headers.host ?? 'localhost',
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      userAgent: request.headers['user-agent'] ?? '',
    };
  }

  #run(work: Promise<void>): void {
    const run: Promise<void> = work
      .catch((error: unknown) => this.#options.log(`gateway: ${error instanceof Error ? error.stack : String(error)}`))
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }
}
