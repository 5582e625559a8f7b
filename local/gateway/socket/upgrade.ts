/** The HTTP side of a handshake: refusing it in API Gateway's words, or handing the socket to `ws` with the chosen subprotocol. */
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { SOCKET } from '../../../functions/routes.ts';

/** A request to upgrade, as Node hands it over: `head` is what the client has sent after it. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

const MESSAGES: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal server error',
  502: 'Internal server error',
};

/** Answers a handshake with a status and closes. */
export function refuse({ socket }: Upgrade, status: number, ids?: { connectionId: string; requestId: string }): void {
  const message = MESSAGES[status] ?? STATUS_CODES[status] ?? 'Refused';
  const body = JSON.stringify({ message, ...ids });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

export class Upgrader {
  readonly #chosen = new WeakMap<IncomingMessage, string>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: SOCKET.MESSAGE_BYTES_MAX,
    // API Gateway negotiates no extension.
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: (_, request) => this.#chosen.get(request) ?? false,
  });

  /**
   * Completes the handshake. Only the function's answer chooses a subprotocol: without one a browser that offered some closes.
   *
   * @param onOpen called before the first message is read
   * @throws ClientGone
   */
  accept(upgrade: Upgrade, subprotocol: string | undefined, onOpen: (opened: WebSocket) => void): Promise<WebSocket> {
    const { request, socket, head } = upgrade;
    if (socket.destroyed) return Promise.reject(new ClientGone());
    if (subprotocol !== undefined) this.#chosen.set(request, subprotocol);
    return new Promise((resolve, reject) => {
      const gone = () => reject(new ClientGone());
      socket.once('close', gone);
      this.#server.handleUpgrade(request, socket, head, (opened) => {
        socket.off('close', gone);
        onOpen(opened);
        resolve(opened);
      });
    });
  }
}

/** The client went away, or its handshake was no WebSocket's; either way it has been answered. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}
