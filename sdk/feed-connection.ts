/** One WebSocket of the feed: opens with a ticket, pings, notices silence. It ends once, and says why; the client makes the next one. */
import type { SocketConstructor, SocketLike } from './feed-options.ts';
import type { ClientFrame } from './wire.ts';

/** API Gateway closes a connection that is idle for 10 minutes. */
const PING_EVERY_MS = 4 * 60_000;
/** A function's cold start and a slow network; then the connection counts as gone, though nobody has said so. */
const ANSWER_WITHIN_MS = 10_000;

const SUBPROTOCOL = 'auren.v1';

export interface ConnectionEvents {
  readonly onOpen: () => void;
  readonly onMessage: (data: unknown) => void;
  readonly onEnd: (why: string) => void;
}

export class FeedConnection {
  readonly #socket: SocketLike;
  readonly #events: ConnectionEvents;
  #pings: ReturnType<typeof setInterval> | undefined;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;
  #isOpen = false;
  #ended = false;

  constructor(Socket: SocketConstructor, url: string, ticket: string, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = new Socket(url, [SUBPROTOCOL, `ticket.${ticket}`]);
    this.#expectAnswer(ANSWER_WITHIN_MS);
    this.#socket.addEventListener('open', () => this.#opened());
    this.#socket.addEventListener('message', ({ data }) => {
      if (!this.#ended) this.#events.onMessage(data);
    });
    // Browsers say nothing in an error event; the close that follows is what counts.
    this.#socket.addEventListener('close', ({ code }) =>
      this.#end(`The connection was closed (${code ?? 'no code'}).`),
    );
  }

  /** Whether it can be sent to. */
  get isOpen(): boolean {
    return this.#isOpen && !this.#ended;
  }

  /** Sends a frame that the server answers; silence ends the connection. */
  ask(frame: ClientFrame, withinMs = ANSWER_WITHIN_MS): void {
    if (!this.isOpen) return;
    this.#socket.send(JSON.stringify(frame));
    this.#expectAnswer(withinMs);
  }

  send(frame: ClientFrame): void {
    if (this.isOpen) this.#socket.send(JSON.stringify(frame));
  }

  /** What was asked has been answered. */
  answered(): void {
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
  }

  /** Gives the connection up; `onEnd` hears why. */
  giveUp(why: string): void {
    this.#end(why);
    this.#socket.close();
  }

  /** Closes without telling `onEnd`. */
  close(): void {
    this.#finish();
    this.#socket.close(1000);
  }

  #opened(): void {
    if (this.#ended) return;
    this.#isOpen = true;
    this.answered();
    this.#pings = setInterval(() => this.ask({ action: 'ping' }), PING_EVERY_MS);
    this.#events.onOpen();
  }

  #expectAnswer(withinMs: number): void {
    this.#answerTimer ??= setTimeout(() => this.giveUp('The server did not answer.'), withinMs);
  }

  #end(why: string): void {
    if (this.#ended) return;
    this.#finish();
    this.#events.onEnd(why);
  }

  #finish(): void {
    this.#ended = true;
    clearInterval(this.#pings);
    this.answered();
  }
}
