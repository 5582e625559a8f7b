/** Subject keys in PostgreSQL. */
import { createSubjectKeys } from '../../layers/memory/tiers/subject-keys-postgres.ts';
import { onPostgres, tenantsOf } from './suites/on-postgres.ts';
import { describeSubjectKeysContract } from './suites/subject-keys.ts';

const MASTER_KEY = Buffer.alloc(32, 'auren-test');

describeSubjectKeysContract('PostgreSQL', async () => {
  const postgres = await onPostgres();
  return { keys: createSubjectKeys(postgres, MASTER_KEY), ...tenantsOf(postgres) };
});
