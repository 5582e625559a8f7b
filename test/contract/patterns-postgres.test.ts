/** Patterns in PostgreSQL. */
import { createPostgresLog } from '../../layers/memory/log/log-postgres.ts';
import { createPostgresPatterns } from '../../layers/memory/patterns/patterns-postgres.ts';
import { onPostgres, tenantsOf } from './suites/on-postgres.ts';
import { describePatternsContract } from './suites/patterns.ts';

describePatternsContract('PostgreSQL', async () => {
  const postgres = await onPostgres();
  return { log: createPostgresLog(postgres), patterns: createPostgresPatterns(postgres), ...tenantsOf(postgres) };
});
