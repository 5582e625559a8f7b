/** Ends connections as API Gateway does, by the injected clock: 10 minutes without a message, or 2 hours in all. */
import { SOCKET } from '../../../functions/routes.ts';
import { type Connection, GOING_AWAY } from './connection.ts';

const LOOK_EVERY_MS = 1_000;

export class Lifetimes {
  readonly #timer: NodeJS.Timeout;

  constructor(connections: () => Iterable<Connection>, clock: { now(): Date }) {
    this.#timer = setInterval(() => {
      const at = clock.now().getTime();
      for (const connection of connections()) if (isOver(connection, at)) connection.close(GOING_AWAY);
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const isOver = ({ lastActiveAt, handshake }: Connection, atMs: number): boolean =>
  atMs - lastActiveAt.getTime() >= SOCKET.IDLE_SECONDS * 1_000 ||
  atMs - handshake.connectedAt.getTime() >= SOCKET.LIFE_SECONDS * 1_000;
