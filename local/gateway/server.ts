/**
 * The HTTP server of the gateway. It takes its port at once, so that a used one is told before the engines start, and
 * answers 503 until it is given something to serve. Header and slow-client limits are Node's own (16 KB, 60 s, 300 s).
 */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { LOOPBACK } from '../engines/port.ts';
import type { Log } from '../engines/types.ts';
import { StartError } from '../start-error.ts';
import { type Answer, refusal } from './answer.ts';

export type Serve = (request: IncomingMessage) => Promise<Answer>;

/** API Gateway closes an idle connection after 60 s; a little more, so that clients close first. */
const KEEP_ALIVE_MS = 65_000;
const DRAIN_WITHIN_MS = 5_000;

export interface GatewayServer {
  readonly port: number;
  /** For what shares the port, such as a WebSocket's upgrade. */
  readonly server: Server;
  serve(handle: Serve): void;
  /** Takes no new requests, lets those under way finish (5 s at most) and closes. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Listens on the loopback address only; port 0 takes a free one.
 *
 * @throws StartError for a used port, with what to do
 */
export async function listen(port: number, log: Log): Promise<GatewayServer> {
  let handle: Serve = async () => refusal(503);
  let closing: Promise<void> | undefined;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    handle(request).then(
      (answer) => send(request, response, answer, closing !== undefined),
      // The client has gone away, or the gateway itself is wrong: the one needs no answer, the other a 500.
      (error: Error) => {
        if (!response.destroyed) log(`gateway: ${error.stack ?? error.message}`);
        send(request, response, refusal(500), true);
      },
    );
  });
  await bind(server, port);
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the gateway has no port');
  return {
    port: address.port,
    server,
    serve(next) {
      handle = next;
    },
    close() {
      closing ??= drain(server);
      return closing;
    },
  };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen(port, LOOPBACK, resolve);
  });
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} is in use, perhaps by another AUREN Memory. Stop that one, or start on another port and directory: PORT=${port + 1} AUREN_DATA_DIR=.auren-2 npm start`,
    );
  }
  if (error.code === 'EACCES') return new StartError(`Port ${port} needs more rights. Set PORT to one above 1023.`);
  return error;
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_WITHIN_MS);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, last: boolean): void {
  if (response.destroyed) return;
  const { status, headers, body } = answer;
  const hasBody = status !== 204 && status !== 304;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const merged: OutgoingHttpHeaders = { ...headers, 'content-length': length };
  if (!hasBody) {
    delete merged['content-length'];
    delete merged['content-type'];
  }
  if (last) merged.connection = 'close';
  response.writeHead(status, merged);
  response.end(hasBody && request.method !== 'HEAD' ? body : undefined);
}
