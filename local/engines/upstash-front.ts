/**
 * Upstash's REST protocol on any Redis, so that `@upstash/redis` runs unmodified: `POST /` one command, `/pipeline` a
 * list with an error per command, `/multi-exec` a transaction. With `Upstash-Encoding: base64` every string of a result
 * is encoded, at any depth, except a top-level OK.
 */
import { timingSafeEqual } from 'node:crypto';
import { type Answer, startHttpFront } from './http-front.ts';
import { RedisDown, type RedisLink, type Reply } from './redis-link.ts';
import type { Log } from './types.ts';
import type { Front } from './wrap.ts';

export interface UpstashFrontOptions {
  link: RedisLink;
  token: string;
  log: Log;
}

type Entry = { result: unknown } | { error: string };

/** Commands that would change or block the connection all requests share; Upstash refuses them over REST as well. */
const NOT_OVER_REST = new Set(
  (
    'AUTH BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN CLIENT DEBUG DISCARD EXEC FAILOVER HELLO MONITOR MULTI ' +
    'PSUBSCRIBE PSYNC QUIT REPLICAOF RESET SELECT SHUTDOWN SLAVEOF SSUBSCRIBE SUBSCRIBE SWAPDB SYNC UNWATCH WATCH'
  ).split(' '),
);

/** A request this endpoint refuses. */
class Refused extends Error {
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export async function startUpstashFront({ link, token, log }: UpstashFrontOptions): Promise<Front> {
  const expected = Buffer.from(`Bearer ${token}`);
  const front = await startHttpFront(async (request, body): Promise<Answer> => {
    try {
      const given = Buffer.from(request.headers.authorization ?? '');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new Refused('WRONGPASS invalid or missing auth token', 401);
      }
      if (request.method !== 'POST') throw new Refused('ERR only POST is served here', 405);
      const encode = request.headers['upstash-encoding'] === 'base64' ? toBase64 : toText;
      return { status: 200, body: await serve(link, request.url ?? '/', parseBody(body), encode) };
    } catch (error) {
      return { status: statusOf(error), body: { error: (error as Error).message } };
    }
  }, log);
  return {
    url: front.url,
    async close() {
      await front.close();
      await link.close();
    },
  };
}

async function serve(link: RedisLink, path: string, body: unknown, encode: Encode): Promise<Entry | Entry[]> {
  switch (path) {
    case '/': {
      const [reply = null] = await link.run([toCommand(body)]);
      if (reply instanceof Error) throw reply;
      return entry(reply, encode);
    }
    case '/pipeline':
      return (await link.run(toCommands(body))).map((reply) => entry(reply, encode));
    case '/multi-exec':
      return (await link.runAtomic(toCommands(body))).map((reply) => entry(reply, encode));
    default:
      throw new Refused(`ERR no such path: ${path}`, 404);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof Refused) return error.status;
  return error instanceof RedisDown ? 503 : 400;
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Refused(`ERR failed to parse the request body: ${(cause as Error).message}`);
  }
}

function toCommands(body: unknown): string[][] {
  if (!Array.isArray(body) || body.length === 0) throw new Refused('ERR the body must be a list of commands');
  return body.map(toCommand);
}

function toCommand(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0) throw new Refused('ERR a command must be a list of its parts');
  const command = value.map(toArgument);
  const name = command[0]?.toUpperCase() ?? '';
  if (NOT_OVER_REST.has(name)) throw new Refused(`ERR Command is not available: '${name}'`);
  return command;
}

function toArgument(value: unknown): string {
  if (typeof value === 'string') return value;
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);
}

type Encode = (bytes: Buffer) => string;
const toBase64: Encode = (bytes) => bytes.toString('base64');
const toText: Encode = (bytes) => bytes.toString('utf8');

function entry(reply: Reply, encode: Encode): Entry {
  if (reply instanceof Error) return { error: reply.message };
  if (Buffer.isBuffer(reply) && reply.length === 2 && reply.toString('latin1') === 'OK') return { result: 'OK' };
  return { result: encodeReply(reply, encode) };
}

function encodeReply(reply: Reply, encode: Encode): unknown {
  if (Buffer.isBuffer(reply)) return encode(reply);
  if (Array.isArray(reply)) return reply.map((part) => encodeReply(part, encode));
  return reply instanceof Error ? reply.message : reply;
}
