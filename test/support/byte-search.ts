/** Where a text still stands: in the files of an engine, byte by byte, and in every row of the database, past row security. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Postgres, SCHEMA } from '../../layers/memory/clients/postgres.ts';

/** Files under a directory that hold the text; one that an engine removes meanwhile holds nothing. */
export function filesHolding(directory: string, text: string): string[] {
  const needle = Buffer.from(text);
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => bytesOf(file).includes(needle));
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Tables of ours with rows that hold the text, as a full dump would. */
export async function tablesHolding(postgres: Postgres, text: string): Promise<string[]> {
  const run = async (query: string, params: unknown[] = []) =>
    (await postgres.run('', [{ text: query, params }], { role: 'owner', readOnly: true }))[0] ?? [];
  const tables = await run('select tablename from pg_tables where schemaname = $1 order by tablename', [SCHEMA]);
  const holding: string[] = [];
  for (const { tablename } of tables) {
    const [row] = await run(`select count(*)::int as n from "${tablename}" t where strpos(t::text, $1) > 0`, [text]);
    if (row?.n !== 0) holding.push(String(tablename));
  }
  return holding;
}
