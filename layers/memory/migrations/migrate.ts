/**
 * Brings the schema up to date: forward only, each file once, in one transaction, safe to run again and side by side. The SQL files
 * lie beside this module, and beside the bundle of the function that runs it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { isSqlError, type Postgres, SCHEMA, type Statement } from '../clients/postgres.ts';

const FILE = /^\d{4}_\w+\.sql$/;
const TIMEOUT_MS = 60_000;
/** Any number of ours: whoever migrates holds this advisory lock. */
const LOCK = 7_245_001;
const DUPLICATES = ['23505', '42P06', '42P07'];

/** A statement ends with a semicolon and an empty line (or the end of the file); what stands inside a body never does. */
export const splitStatements = (sql: string): string[] =>
  sql
    .split(/;[ \t]*\n(?=\s*\n|\s*$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replace(/^--.*$/gm, '').trim() !== '');

async function applied(postgres: Postgres): Promise<Set<string>> {
  const statements = [
    { text: `select pg_advisory_xact_lock(${LOCK})` },
    { text: `create schema if not exists ${SCHEMA}` },
    {
      text: 'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
    },
    { text: 'select name from schema_migrations' },
  ];
  const [, , , rows = []] = await postgres.run('', statements, { role: 'owner', timeoutMs: TIMEOUT_MS });
  return new Set(rows.map((row) => row.name as string));
}

async function apply(postgres: Postgres, name: string, sql: string): Promise<boolean> {
  const statements: Statement[] = [
    { text: `select pg_advisory_xact_lock(${LOCK})` },
    { text: 'insert into schema_migrations (name) values ($1)', params: [name] },
    ...splitStatements(sql).map((text) => ({ text })),
  ];
  try {
    await postgres.run('', statements, { role: 'owner', timeoutMs: TIMEOUT_MS });
    return true;
  } catch (error) {
    // Another process applied it between our look and our lock.
    if (DUPLICATES.some((code) => isSqlError(error, code)) && (await applied(postgres)).has(name)) return false;
    throw new Error(`migration ${name} failed: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** Applies what is missing, in order of name, and answers the names of what it applied. */
export async function migrate(postgres: Postgres, directory: URL = new URL('./', import.meta.url)): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => FILE.test(name)).sort();
  if (names.length === 0) throw new Error('no migration files found beside the program; deploy them with it.');
  const done = await applied(postgres);
  const fresh: string[] = [];
  for (const name of names.filter((candidate) => !done.has(candidate))) {
    if (await apply(postgres, name, await readFile(new URL(name, directory), 'utf8'))) fresh.push(name);
  }
  return fresh;
}
