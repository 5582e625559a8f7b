/** A person's data and its erasure in PostgreSQL. */
import { createPostgresErasures } from '../../layers/memory/erasure/erasures-postgres.ts';
import { createPostgresPersons } from '../../layers/memory/erasure/persons-postgres.ts';
import { createPostgresConsumers } from '../../layers/memory/log/consumers-postgres.ts';
import { createPostgresPatterns } from '../../layers/memory/patterns/patterns-postgres.ts';
import { createPostgresQueryLog } from '../../layers/memory/recall/query-log-postgres.ts';
import type { ErasuresSubject } from './suites/a-person.ts';
import { describeErasedDerivedContract } from './suites/erased-derived.ts';
import { describeErasuresContract } from './suites/erasures.ts';
import { onPostgres, postgresLogSubject } from './suites/on-postgres.ts';

async function make(): Promise<ErasuresSubject> {
  const postgres = await onPostgres();
  return {
    ...(await postgresLogSubject()),
    persons: createPostgresPersons(postgres),
    erasures: createPostgresErasures(postgres),
    consumers: createPostgresConsumers(postgres),
    patterns: createPostgresPatterns(postgres),
    queries: createPostgresQueryLog(postgres),
  };
}

describeErasuresContract('PostgreSQL', make);
describeErasedDerivedContract('PostgreSQL', make);
