/** The lexical index in PostgreSQL. */
import { createPostgresLexical, createPostgresMembers } from '../../layers/memory/search/lexical-postgres.ts';
import { describeLexicalContract } from './suites/lexical.ts';
import { onPostgres, postgresLogSubject } from './suites/on-postgres.ts';

describeLexicalContract('PostgreSQL', async () => ({
  ...(await postgresLogSubject()),
  lexical: createPostgresLexical(await onPostgres()),
  members: createPostgresMembers(await onPostgres()),
}));
