/**
 * The HTTP server both fronts share: loopback only, connections kept open, a body read whole, an answer written in one
 * piece. Plain node:http, because it is the floor under every local measurement.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LOOPBACK } from './port.ts';
import type { Log } from './types.ts';
import type { Front } from './wrap.ts';

export interface Answer {
  status: number;
  body: unknown;
}

export type Handle = (request: IncomingMessage, body: string) => Promise<Answer>;

/** Above the idle time of the clients' pools, so that the client closes first and no request meets a closing socket. */
const KEEP_ALIVE_MS = 120_000;
const BODY_BYTES_MAX = 64 * 1024 * 1024;

export async function startHttpFront(handle: Handle, log: Log): Promise<Front> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    readBody(request)
      .then((body) => handle(request, body))
      .then(
        (answer) => send(response, answer),
        (error: Error) => {
          log(`engine front: ${error.message}`);
          send(response, { status: 500, body: { error: error.message, message: error.message } });
        },
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the front has no port');
  return {
    url: `http://${LOOPBACK}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) {
        request.destroy();
        reject(new Error(`a request body exceeds ${BODY_BYTES_MAX} bytes`));
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString('utf8') ?? ''));
    request.on('error', reject);
  });
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return;
  const payload = Buffer.from(JSON.stringify(body), 'utf8');
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': payload.length });
  response.end(payload);
}
