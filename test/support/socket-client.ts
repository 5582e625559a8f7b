/** A WebSocket client for tests: real, and it keeps what it gets until a test asks for it. */
import { afterEach } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';

const clients: WebSocket[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.terminate();
});

export interface TestClient {
  readonly socket: WebSocket;
  readonly messages: string[];
  /** Resolves with the code and reason of its end. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The next message that has not been asked for yet. */
  next(): Promise<string>;
}

/** Opens a client; rejects with the status where the handshake is refused. */
export async function open(url: string, protocols: string[] = [], options: ClientOptions = {}): Promise<TestClient> {
  const socket = new WebSocket(url, protocols, options);
  clients.push(socket);
  const messages: string[] = [];
  let taken = 0;
  let wake = () => {};
  socket.on('message', (data) => {
    messages.push(data.toString());
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => reject(new RefusedHandshake(response.statusCode ?? 0, body)));
    });
    socket.once('error', reject);
  });
  return {
    socket,
    messages,
    closed,
    async next() {
      while (messages.length <= taken) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      taken += 1;
      return messages[taken - 1] ?? '';
    },
  };
}

export class RefusedHandshake extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: string) {
    super(`refused with ${status}: ${body}`);
    this.status = status;
    this.body = JSON.parse(body);
  }
}

/** The refusal of a handshake that must not succeed. */
export async function refusalOf(opening: Promise<TestClient>): Promise<RefusedHandshake> {
  const outcome = await opening.catch((error: unknown) => error);
  if (outcome instanceof RefusedHandshake) return outcome;
  throw new Error(`not refused: ${String(outcome)}`);
}
