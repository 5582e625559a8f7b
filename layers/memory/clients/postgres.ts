/**
 * PostgreSQL over Neon's HTTP protocol: every call is one round trip and one transaction, whose first statement names the role and
 * the tenant, so that row security holds without a session. Never set them inside a command: policies are evaluated first.
 */
import { NeonDbError, type NeonQueryFunction, neon, neonConfig } from '@neondatabase/serverless';
import { AurenError, EngineUnavailable } from '../errors.ts';
import { timed } from '../timing.ts';

export type Role = 'auren_app' | 'auren_worker' | 'owner';
export type Row = Record<string, unknown>;

export interface Statement {
  text: string;
  params?: unknown[];
}

export interface RunOptions {
  role?: Role;
  readOnly?: boolean;
  timeoutMs?: number;
}

export const SCHEMA = 'auren';
const LOCK_TIMEOUT_MS = 2_000;
const TIMEOUT_MS = 5_000;
/** Beyond the server's own timeout: the network gets this much more. */
const NETWORK_GRACE_MS = 500;

const PREAMBLE = `select set_config('search_path', '${SCHEMA}', true), set_config('auren.tenant', $1, true),
  set_config('lock_timeout', $2, true), set_config('statement_timeout', $3, true)`;
const WITH_ROLE = `${PREAMBLE}, set_config('role', $4, true)`;

/** A statement was refused for what the data said: `code` is the SQLSTATE, `constraint` the name that was violated. */
export class SqlError extends Error {
  readonly code: string;
  readonly constraint: string | undefined;

  constructor(code: string, constraint: string | undefined, message: string) {
    super(message);
    this.name = 'SqlError';
    this.code = code;
    this.constraint = constraint;
  }
}

export const isSqlError = (error: unknown, code: string): error is SqlError =>
  error instanceof SqlError && error.code === code;

export interface Postgres {
  /** Runs statements in one transaction, in one round trip; answers the rows of each. */
  run(tenantId: string, statements: readonly Statement[], options?: RunOptions): Promise<Row[][]>;
}

/** Classes 08 and 53, 57P0x, 58: no connection, no resources, shutting down; 57014: too slow. */
const UNAVAILABLE = /^(08|53|57P|58|57014)/;
const LOCK_NOT_AVAILABLE = '55P03';

function translate(error: unknown): Error {
  if (error instanceof NeonDbError && error.code !== undefined) {
    if (UNAVAILABLE.test(error.code)) return new EngineUnavailable('postgres', error);
    if (error.code === LOCK_NOT_AVAILABLE) {
      return new AurenError('in_progress', 'The same thing is being changed by another request; try again shortly.', {
        cause: error,
      });
    }
    return new SqlError(error.code, error.constraint, error.message);
  }
  return new EngineUnavailable('postgres', error);
}

/** The endpoint is global to the Neon client: the last caller wins, so one process talks to one local front. */
export function createPostgres(config: { databaseUrl: string; neonEndpoint: string | undefined }): Postgres {
  if (config.neonEndpoint !== undefined) neonConfig.fetchEndpoint = config.neonEndpoint;
  const sql: NeonQueryFunction<false, false> = neon(config.databaseUrl);

  return {
    async run(tenantId, statements, { role = 'auren_app', readOnly = false, timeoutMs = TIMEOUT_MS } = {}) {
      const settings = [tenantId, `${LOCK_TIMEOUT_MS}`, `${timeoutMs}`];
      const preamble = role === 'owner' ? sql.query(PREAMBLE, settings) : sql.query(WITH_ROLE, [...settings, role]);
      const queries = [preamble, ...statements.map(({ text, params }) => sql.query(text, params))];
      return await timed('pg', async () => {
        try {
          const [, ...answers] = await sql.transaction(queries, {
            isolationLevel: 'ReadCommitted',
            readOnly,
            fetchOptions: { signal: AbortSignal.timeout(timeoutMs + NETWORK_GRACE_MS) },
          });
          return answers as Row[][];
        } catch (error) {
          throw translate(error);
        }
      });
    },
  };
}
