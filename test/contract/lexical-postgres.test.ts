/** The lexical index in PostgreSQL, and the past in log, catalog and index. */
import { createPostgresLexical, createPostgresMembers } from '../../layers/memory/search/lexical-postgres.ts';
import { describeLexicalContract } from './suites/lexical.ts';
import { onPostgres, postgresLogSubject } from './suites/on-postgres.ts';
import { describePastContract } from './suites/past.ts';

const make = async () => ({
  ...(await postgresLogSubject()),
  lexical: createPostgresLexical(await onPostgres()),
  members: createPostgresMembers(await onPostgres()),
});

describeLexicalContract('PostgreSQL', make);
describePastContract('PostgreSQL', make);
