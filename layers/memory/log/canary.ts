/**
 * The canary: before anything is served, one tenant tries to read another's rows, and the start is refused if it can. Row security
 * fails silently: a superuser, a BYPASSRLS role or a table without FORCE sees everything, and every query still works.
 */
import { type Postgres, SCHEMA } from '../clients/postgres.ts';

const CANARY = '~canary';
const STRANGER = '~stranger';

const PLANT = `insert into idempotency (tenant_id, key, fingerprint, reply, created_at) values ($1, 'canary', '', '{}', now())
  on conflict do nothing`;
const PEEK = 'select count(*)::int as n from idempotency where tenant_id = $1';
const UNFORCED = `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  where c.relnamespace = '${SCHEMA}'::regnamespace and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)`;
const PRIVILEGED = `select rolname from pg_roles where rolname = any(array['auren_app', 'auren_worker']) and (rolsuper or rolbypassrls)`;

/** Throws an error that says what is open. */
export async function assertTenantsApart(postgres: Postgres): Promise<void> {
  await postgres.run(CANARY, [{ text: PLANT, params: [CANARY] }]);
  for (const role of ['auren_app', 'auren_worker'] as const) {
    const [[seen] = []] = await postgres.run(STRANGER, [{ text: PEEK, params: [CANARY] }], { role, readOnly: true });
    if (seen?.n !== 0) throw new Error(`Row security is off: ${role} reads another tenant's rows. Refusing to start.`);
  }
  const [tables = [], roles = []] = await postgres.run('', [{ text: UNFORCED }, { text: PRIVILEGED }], {
    readOnly: true,
  });
  if (tables.length > 0) {
    throw new Error(`Row security is not forced on ${tables.map((row) => row.relname).join(', ')}. Refusing to start.`);
  }
  if (roles.length > 0) {
    throw new Error(`${roles.map((row) => row.rolname).join(', ')} may bypass row security. Refusing to start.`);
  }
}
