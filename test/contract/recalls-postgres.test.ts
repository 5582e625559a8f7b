/** Recalls and the log of queries in PostgreSQL. */
import { createPostgresQueryLog } from '../../layers/memory/recall/query-log-postgres.ts';
import { createPostgresRecalls } from '../../layers/memory/recall/recalls-postgres.ts';
import { onPostgres, postgresLogSubject, tenantsOf } from './suites/on-postgres.ts';
import { describePredictionsContract } from './suites/predictions.ts';
import { describeQueryLogContract } from './suites/query-log.ts';
import { describeRecallsContract } from './suites/recalls.ts';

const make = async () => ({ ...(await postgresLogSubject()), recalls: createPostgresRecalls(await onPostgres()) });

describeRecallsContract('PostgreSQL', make);
describePredictionsContract('PostgreSQL', make);
describeQueryLogContract('PostgreSQL', async () => {
  const postgres = await onPostgres();
  return { queries: createPostgresQueryLog(postgres), ...tenantsOf(postgres) };
});
