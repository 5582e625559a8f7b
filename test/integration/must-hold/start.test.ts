/** Before anything is served: the schema comes up however often and by however many, and open doors stop the start. */
import { postgres as composedPostgres } from '@auren/memory/adapters.ts';
import type { Postgres } from '@auren/memory/clients/postgres.ts';
import { composeMigration, usePorts } from '@auren/memory/compose.ts';
import { migrate } from '@auren/memory/migrations/migrate.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ownEngines } from '../../support/engines.ts';

const engines = ownEngines();
let postgres: Postgres;
beforeAll(async () => {
  Object.assign(process.env, engines().env, { AUREN_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') });
  usePorts({});
  postgres = await composedPostgres();
});
const asOwner = (text: string) => postgres.run('', [{ text }], { role: 'owner' });
const start = async () => (await composeMigration()).migrate();

describe('the schema', () => {
  it('comes up once where four start side by side, and again changes nothing', async () => {
    const side = await Promise.all(Array.from({ length: 4 }, () => migrate(postgres)));
    const again = await start();
    const [kept] = await asOwner('select name from schema_migrations order by name');

    const applied = side.flat().sort();
    expect(applied.length).toBeGreaterThan(1);
    expect(new Set(applied).size).toBe(applied.length);
    expect(kept?.map(({ name }) => name)).toEqual(applied);
    expect(again.applied).toEqual([]);
  });
});

describe('the canary', () => {
  beforeAll(start);
  const closing: string[] = [];
  afterEach(async () => {
    for (const text of closing.splice(0).flatMap((both) => both.split('; '))) await asOwner(text);
    await expect(start()).resolves.toEqual({ applied: [] });
  });

  it.each([
    [
      'FORCE was taken from a table',
      'alter table subject_keys no force row level security',
      'alter table subject_keys force row level security',
      /not forced on subject_keys/,
    ],
    [
      'row security was disabled',
      'alter table events disable row level security',
      'alter table events enable row level security',
      /not forced on events/,
    ],
    [
      'a policy lets everything through',
      'create policy open on idempotency using (true)',
      'drop policy open on idempotency',
      /reads another tenant's rows/,
    ],
    [
      'a serving role may bypass it',
      'alter role auren_app bypassrls',
      // The second statement drops the plans that open connections keep: they do not notice that a role changed.
      'alter role auren_app nobypassrls; alter table idempotency force row level security',
      /reads another tenant's rows|may bypass/,
    ],
    [
      'a new table forgot it',
      'create table forgetful (tenant_id text)',
      'drop table forgetful',
      /not forced on forgetful/,
    ],
  ])('refuses the start where %s', async (_, open, close, says) => {
    closing.push(close);
    await asOwner(open);

    await expect(start()).rejects.toThrow(says);
  });
});
