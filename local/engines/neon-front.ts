/**
 * Neon's SQL over HTTP on a PostgreSQL of any kind, so that `@neondatabase/serverless` runs unmodified. `POST /sql` with
 * `{query, params}` or `{queries: [...]}`; answers are raw text in arrays, which is what the client asks for. The front
 * always uses its own pool: the `Neon-Connection-String` header only proves that the caller may use it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import pg from 'pg';
import { type Answer, startHttpFront } from './http-front.ts';
import { errorAnswer, RequestError } from './neon-errors.ts';
import { type Batch, runBatch, runSingle, type Statement } from './neon-run.ts';
import type { Log } from './types.ts';
import type { Front } from './wrap.ts';

export interface NeonFrontOptions {
  databaseUrl: string;
  log: Log;
  /** Connections to PostgreSQL at most. More than the cores can serve only adds switching. */
  poolSize?: number;
}

export type NeonFront = Front;

const POOL_SIZE = 24;
const CONNECT_WITHIN_MS = 3_000;
const IDLE_FOR_MS = 60_000;

/** Serves until `close()`. An unreachable PostgreSQL answers 503 and is used again as soon as it is back. */
export async function startNeonFront({ databaseUrl, log, poolSize = POOL_SIZE }: NeonFrontOptions): Promise<NeonFront> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    idleTimeoutMillis: IDLE_FOR_MS,
    allowExitOnIdle: true,
  });
  // An idle connection that PostgreSQL closes: the pool drops it and makes a new one when asked.
  pool.on('error', (error) => log(`PostgreSQL closed an idle connection: ${error.message}`));
  const authorize = authorizer(databaseUrl);

  const handle = async (request: IncomingMessage, body: string): Promise<Answer> => {
    try {
      authorize(request);
      const work = parseRequest(request, body);
      const result = 'queries' in work ? await runBatch(pool, work) : await runSingle(pool, work);
      return { status: 200, body: result };
    } catch (error) {
      return errorAnswer(error);
    }
  };
  const front = await startHttpFront(handle, log);
  return {
    url: `${front.url}/sql`,
    async close() {
      await front.close();
      await pool.end();
    },
  };
}

/** User, password and database must be ours; a header once accepted is known by its text. */
function authorizer(databaseUrl: string): (request: IncomingMessage) => void {
  const expected = credentials(databaseUrl);
  const accepted = new Set<string>();
  return (request) => {
    const header = request.headers['neon-connection-string'];
    if (typeof header !== 'string') throw new RequestError('missing header Neon-Connection-String');
    if (accepted.has(header)) return;
    if (!URL.canParse(header) || !timingSafeEqual(credentials(header), expected)) {
      const user = URL.canParse(header) ? decodeURIComponent(new URL(header).username) : '';
      throw new RequestError(`password authentication failed for user '${user}'`, '28P01');
    }
    accepted.add(header);
  };
}

function credentials(url: string): Buffer {
  const { username, password, pathname } = new URL(url);
  return createHash('sha256')
    .update(JSON.stringify([username, password, pathname]))
    .digest();
}

function parseRequest(request: IncomingMessage, body: string): Statement | Batch {
  if (request.method !== 'POST' || request.url !== '/sql') throw new RequestError('only POST /sql is served here');
  const { headers } = request;
  if (headers['neon-raw-text-output'] !== 'true' || headers['neon-array-mode'] !== 'true') {
    throw new RequestError('this endpoint answers only with Neon-Raw-Text-Output and Neon-Array-Mode set to true');
  }
  const parsed: unknown = parseJson(body);
  if (isStatement(parsed)) return parsed;
  const queries: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'queries') : undefined;
  if (!Array.isArray(queries) || !queries.every(isStatement)) {
    throw new RequestError('the body must be {query, params} or {queries: [{query, params}]}');
  }
  const isolation = headers['neon-batch-isolation-level'];
  return {
    queries,
    isolation: typeof isolation === 'string' ? isolation : undefined,
    readOnly: headers['neon-batch-read-only'] === 'true',
    deferrable: headers['neon-batch-deferrable'] === 'true',
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new RequestError(`the body is not JSON: ${(cause as Error).message}`);
  }
}

function isStatement(value: unknown): value is Statement {
  if (typeof value !== 'object' || value === null) return false;
  const params: unknown = Reflect.get(value, 'params') ?? [];
  return typeof Reflect.get(value, 'query') === 'string' && Array.isArray(params);
}
