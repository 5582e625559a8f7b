/** Spaces in PostgreSQL. */
import { createPostgresApiKeys } from '../../layers/memory/auth/keys-postgres.ts';
import { createPostgresLog } from '../../layers/memory/log/log-postgres.ts';
import { createPostgresSpaces } from '../../layers/memory/spaces/spaces-postgres.ts';
import { onPostgres, tenantsOf } from './suites/on-postgres.ts';
import { describeSpacesContract } from './suites/spaces.ts';

describeSpacesContract('PostgreSQL', async () => {
  const postgres = await onPostgres();
  return {
    log: createPostgresLog(postgres),
    spaces: createPostgresSpaces(postgres),
    apiKeys: createPostgresApiKeys(postgres),
    ...tenantsOf(postgres),
  };
});
