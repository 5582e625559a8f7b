/** A person's data and its erasure in PostgreSQL. */
import { createPostgresErasures } from '../../layers/memory/erasure/erasures-postgres.ts';
import { createPostgresPersons } from '../../layers/memory/erasure/persons-postgres.ts';
import { createPostgresConsumers } from '../../layers/memory/log/consumers-postgres.ts';
import { describeErasuresContract } from './suites/erasures.ts';
import { onPostgres, postgresLogSubject } from './suites/on-postgres.ts';

describeErasuresContract('PostgreSQL', async () => {
  const postgres = await onPostgres();
  return {
    ...(await postgresLogSubject()),
    persons: createPostgresPersons(postgres),
    erasures: createPostgresErasures(postgres),
    consumers: createPostgresConsumers(postgres),
  };
});
