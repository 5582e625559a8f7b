/** The Neon client, unmodified, against the local front. */
import { type NeonDbError, neon, neonConfig } from '@neondatabase/serverless';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedEngines } from '../../support/engines.ts';

const env = sharedEngines();
const sql = neon(env.DATABASE_URL);
const table = `neon_front_${process.pid}`;

beforeAll(async () => {
  neonConfig.fetchEndpoint = env.AUREN_NEON_ENDPOINT;
  await sql.query(`drop table if exists ${table}`);
  await sql.query(`create table ${table} (id int primary key, name text not null constraint named check (name <> ''))`);
});

const failure = (work: Promise<unknown>): Promise<NeonDbError> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: NeonDbError) => error,
  );

describe('a single query', () => {
  it('round-trips every type the log uses', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    const text = 'naïve 日本語 🧠 \\ " \' \n';
    const list = ['a', 'b,"c"', '', 'NULL', text];

    const [row] =
      await sql`select ${{ text, n: [1, null] }}::jsonb as json, ${'9007199254740993'}::bigint as big, ${at}::timestamptz as at,
      ${list}::text[] as list, ${text}::text as text, ${null}::text as nothing, ${true}::boolean as yes, ${0.1}::float8 as number,
      ${Buffer.from([0, 255])}::bytea as bytes`;

    expect(row).toEqual({
      json: { text, n: [1, null] },
      big: '9007199254740993',
      at,
      list,
      text,
      nothing: null,
      yes: true,
      number: 0.1,
      bytes: Buffer.from([0, 255]),
    });
  });

  it('answers full results with the fields and the count', async () => {
    const result = await sql.query('select 1 as one union all select 2', [], { fullResults: true });

    expect(result).toMatchObject({ command: 'SELECT', rowCount: 2, rows: [{ one: 1 }, { one: 2 }] });
    expect(result.fields).toMatchObject([{ name: 'one', dataTypeID: 23 }]);
  });

  it('reports an error with the fields of PostgreSQL', async () => {
    const error = await failure(sql.query(`insert into ${table} values (1, '')`));

    expect(error).toMatchObject({ name: 'NeonDbError', code: '23514', constraint: 'named', table, severity: 'ERROR' });
    expect(error.detail).toContain('(1, )');
  });

  it('still runs a prepared statement after the table below it has changed', async () => {
    await sql.query(`create table ${table}_altered (a int)`);
    const select = () => sql.query(`select * from ${table}_altered`);
    for (let use = 0; use < 3; use += 1) await select();

    await sql.query(`alter table ${table}_altered add column b text default 'new'`);
    await sql.query(`insert into ${table}_altered values (1)`);

    expect(await select()).toEqual([{ a: 1, b: 'new' }]);
  });

  it('leaves no setting behind for the next request', async () => {
    await sql`select set_config('auren.leak', 'yes', false)`;

    const seen = await Promise.all(
      Array.from({ length: 30 }, () => sql`select current_setting('auren.leak', true) as leak`),
    );

    expect(seen.flat().filter(({ leak }) => leak)).toEqual([]);
  });

  it('answers fifty at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => sql`select ${n}::int as n`));

    expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('refuses a wrong password', async () => {
    const url = new URL(env.DATABASE_URL);
    url.password = 'wrong';

    const error = await failure(neon(url.href)`select 1`);

    expect(error).toMatchObject({ code: '28P01' });
    expect(error.message).not.toContain('wrong');
  });
});

describe('a batch', () => {
  it('runs its statements in one transaction, with settings local to it', async () => {
    const [, role, insert] = await sql.transaction([
      sql`select set_config('auren.tenant', 'a', true)`,
      sql`select current_setting('auren.tenant') as tenant, pg_current_xact_id_if_assigned() is null as unassigned`,
      sql.query(`insert into ${table} values (10, 'ten') returning id`),
    ]);

    expect(role).toEqual([{ tenant: 'a', unassigned: true }]);
    expect(insert).toEqual([{ id: 10 }]);
    expect(await sql`select current_setting('auren.tenant', true) as tenant`).not.toEqual([{ tenant: 'a' }]);
  });

  it('rolls everything back and reports the first error', async () => {
    const insert = sql.query(`insert into ${table} values ($1, $2)`, [20, 'kept?']);
    const again = sql.query(`insert into ${table} values ($1, $2)`, [20, 'twice']);

    const error = await failure(sql.transaction([insert, again, sql`select 1`]));

    expect(error).toMatchObject({ code: '23505', constraint: `${table}_pkey` });
    expect(await sql.query(`select * from ${table} where id = 20`)).toEqual([]);
  });

  it('reports an error that only the commit raises', async () => {
    await sql.query(`create table ${table}_deferred (id int references ${table} deferrable initially deferred)`);

    const error = await failure(sql.transaction([sql.query(`insert into ${table}_deferred values (999)`)]));

    expect(error.code).toBe('23503');
    expect(await sql.query(`select * from ${table}_deferred`)).toEqual([]);
  });

  it('keeps to the isolation level and to read only', async () => {
    const level = sql`select current_setting('transaction_isolation') as level`;
    const [rows] = await sql.transaction([level], { isolationLevel: 'Serializable' });
    const error = await failure(
      sql.transaction([sql.query(`insert into ${table} values (30, 'x')`)], { readOnly: true }),
    );

    expect(rows).toEqual([{ level: 'serializable' }]);
    expect(error.code).toBe('25006');
  });
});
