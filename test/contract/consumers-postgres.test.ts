/** Leases and cursors in PostgreSQL. */
import { createPostgresConsumers } from '../../layers/memory/log/consumers-postgres.ts';
import { describeConsumersContract } from './suites/consumers.ts';
import { onPostgres, tenantsOf } from './suites/on-postgres.ts';

describeConsumersContract('PostgreSQL', async () => {
  const postgres = await onPostgres();
  return { consumers: createPostgresConsumers(postgres), ...tenantsOf(postgres) };
});
