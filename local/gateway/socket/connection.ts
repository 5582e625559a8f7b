/** One open WebSocket as API Gateway keeps it: who it is, when it was last used, and its limits. */
import { WebSocket } from 'ws';
import type { Handshake } from './socket-event.ts';

/** What API Gateway closes with, and the words it uses. */
export const GOING_AWAY = [1001, 'Going away'] as const;
export const NORMAL = [1000, 'Connection Closed Normally'] as const;
export const NO_BINARY = [1003, 'Binary frames are not supported'] as const;
export const TOO_LARGE = [1009, 'Message too long'] as const;
type Closing = readonly [code: number, reason: string];

/** What waits for a client that does not read; beyond it posts are refused. */
const BUFFERED_BYTES_MAX = 1_048_576;
/** A client that does not answer a close frame is cut off. */
const CLOSE_WITHIN_MS = 2_000;

export class Connection {
  readonly handshake: Handshake;
  /** Resolves when the WebSocket is closed. */
  readonly ended: Promise<void>;
  readonly #socket: WebSocket;
  readonly #clock: { now(): Date };
  #lastActiveAt: Date;

  constructor(socket: WebSocket, handshake: Handshake, clock: { now(): Date }) {
    this.handshake = handshake;
    this.ended = new Promise((resolve) => void socket.once('close', () => resolve()));
    this.#socket = socket;
    this.#clock = clock;
    this.#lastActiveAt = handshake.connectedAt;
  }

  get id(): string {
    return this.handshake.connectionId;
  }

  get lastActiveAt(): Date {
    return this.#lastActiveAt;
  }

  isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Whether the client reads too slowly to be sent more. */
  isFull(): boolean {
    return this.#socket.bufferedAmount > BUFFERED_BYTES_MAX;
  }

  /** A message in either direction: the connection is in use. */
  touch(): void {
    this.#lastActiveAt = this.#clock.now();
  }

  send(text: string | Buffer): void {
    this.touch();
    this.#socket.send(text, { binary: false });
  }

  close([code, reason]: Closing): void {
    if (!this.isOpen()) return;
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), CLOSE_WITHIN_MS).unref();
  }
}
