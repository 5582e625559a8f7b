/** API keys in PostgreSQL. */
import { createPostgresApiKeys } from '../../layers/memory/auth/keys-postgres.ts';
import { createPostgresLog } from '../../layers/memory/log/log-postgres.ts';
import { describeApiKeysContract } from './suites/api-keys.ts';
import { onPostgres, tenantsOf } from './suites/on-postgres.ts';

describeApiKeysContract('PostgreSQL', async () => {
  const postgres = await onPostgres();
  return { apiKeys: createPostgresApiKeys(postgres), log: createPostgresLog(postgres), ...tenantsOf(postgres) };
});
