/**
 * Runs what a Neon request holds, in one round trip to PostgreSQL: a batch is BEGIN, its statements and COMMIT written
 * back to back. After an error the rest fails by itself (25P02) and COMMIT rolls back, so nothing needs to be awaited.
 */
import { DatabaseError, type Pool, type PoolClient, type QueryArrayResult } from 'pg';
import { RequestError, Unreachable } from './neon-errors.ts';
import { forgetPlans, leavesSessionState, statementName } from './neon-statements.ts';

export interface Statement {
  query: string;
  params?: unknown[];
}

export interface Batch {
  queries: Statement[];
  isolation: string | undefined;
  readOnly: boolean;
  deferrable: boolean;
}

interface Result {
  fields: unknown[];
  rows: (string | null)[][];
  command: string;
  rowCount: number | null;
  rowAsArray: true;
}

const ISOLATION: Record<string, string> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
};

/** Every value as PostgreSQL wrote it; the client parses by type. */
const RAW_TEXT = { getTypeParser: () => (value: string) => value };

export async function runSingle(pool: Pool, statement: Statement): Promise<Result> {
  return withClient(pool, [statement], async (client) => toResult(await submit(client, statement)));
}

export async function runBatch(pool: Pool, batch: Batch): Promise<{ results: Result[] }> {
  const begin = beginStatement(batch);
  return withClient(pool, batch.queries, async (client) => {
    const { stream } = client.connection;
    stream.cork(); // One packet for the whole batch instead of one a statement.
    const pending = [
      client.query(begin),
      ...batch.queries.map((statement) => submit(client, statement)),
      client.query('COMMIT'),
    ];
    stream.uncork();
    const settled = await Promise.allSettled(pending);
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    const results = settled
      .slice(1, -1)
      .map((one) => toResult((one as PromiseFulfilledResult<QueryArrayResult>).value));
    return { results };
  });
}

function beginStatement({ isolation, readOnly, deferrable }: Batch): string {
  const level = isolation === undefined ? 'READ COMMITTED' : ISOLATION[isolation];
  if (!level) throw new RequestError(`unknown isolation level "${isolation}"`, '22023');
  return `BEGIN ISOLATION LEVEL ${level}${readOnly ? ' READ ONLY' : ''}${deferrable ? ' DEFERRABLE' : ''}`;
}

function submit(client: PoolClient, { query, params = [] }: Statement): Promise<QueryArrayResult> {
  const name = statementName(query);
  const config = { text: query, values: params, rowMode: 'array' as const, types: RAW_TEXT, queryMode: 'extended' };
  return client.query(name === undefined ? config : { ...config, name });
}

function toResult({ fields, rows, command, rowCount }: QueryArrayResult): Result {
  return { fields, rows, command, rowCount, rowAsArray: true };
}

/**
 * A connection for the time of one request. It goes back to the pool only when it is as it came: out of a transaction
 * and without settings, locks or listeners, because no session survives a request at Neon either.
 */
async function withClient<T>(
  pool: Pool,
  statements: Statement[],
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: Error) => {
    throw error instanceof DatabaseError ? error : new Unreachable(error);
  });
  // The pool listens only while a connection is idle; an error here also rejects the statement that waits for it.
  let broken = false;
  const onError = () => {
    broken = true;
  };
  client.on('error', onError);
  try {
    return await work(client);
  } catch (error) {
    if (!isStalePlan(error)) throw error;
    // A table changed below a named statement. Nothing has taken effect: again, with fresh names.
    forgetPlans();
    return await work(client);
  } finally {
    client.off('error', onError);
    const used =
      broken || client.getTransactionStatus() !== 'I' || statements.some(({ query }) => leavesSessionState(query));
    client.release(used);
  }
}

/** 0A000 is raised for much else: only the routine tells. */
function isStalePlan(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}
