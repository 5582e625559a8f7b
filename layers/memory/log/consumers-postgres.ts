/** Leases and cursors of consumers in PostgreSQL: one row each, one statement a step, on the database's own clock. */
import type { Postgres, Row } from '../clients/postgres.ts';
import type { Consumers } from './consumers.ts';

const FREE = '(c.owner is null or c.lease_until < clock_timestamp() or c.owner = excluded.owner)';
const LEASE_END = "clock_timestamp() + $4::int * interval '1 millisecond'";

/** $1 tenant, $2 consumer, $3 owner, $4 lease in ms */
const ACQUIRE = `insert into consumers as c (tenant_id, consumer, owner, lease_until) values ($1, $2, $3, ${LEASE_END})
  on conflict (tenant_id, consumer) do update set
    wake = not ${FREE},
    owner = case when ${FREE} then excluded.owner else c.owner end,
    lease_until = case when ${FREE} then excluded.lease_until else c.lease_until end
  returning cursor, owner = $3 as acquired`;

const ADVANCE = `update consumers set cursor = $5, lease_until = ${LEASE_END}
  where tenant_id = $1 and consumer = $2 and owner = $3 returning 1`;

/** A wake mark keeps the lease for one more round and is gone. */
const RELEASE = `update consumers set owner = case when wake then owner end, lease_until = case when wake then lease_until end, wake = false
  where tenant_id = $1 and consumer = $2 and owner = $3 returning owner`;

const FAILED = `insert into consumer_failures as f (tenant_id, consumer, event_id, tries, error) values ($1, $2, $3, 1, $4)
  on conflict (tenant_id, consumer, event_id) do update set tries = f.tries + 1, error = excluded.error returning tries`;

/** Tries after which an event is set aside. */
export const TRIES_MAX = 5;
const ERROR_CHARACTERS = 500;

export function createPostgresConsumers(postgres: Postgres): Consumers {
  const one = async (tenantId: string, text: string, params: unknown[]): Promise<Row | undefined> => {
    const [rows] = await postgres.run(tenantId, [{ text, params }], { role: 'auren_worker' });
    return rows?.[0];
  };

  return {
    async acquire(consumer, tenantId, owner, leaseMs) {
      const row = await one(tenantId, ACQUIRE, [tenantId, consumer, owner, leaseMs]);
      return row?.acquired === true ? { cursor: row.cursor as string | null } : null;
    },
    async advance(consumer, tenantId, owner, cursor, leaseMs) {
      return (await one(tenantId, ADVANCE, [tenantId, consumer, owner, leaseMs, cursor])) !== undefined;
    },
    async release(consumer, tenantId, owner) {
      const row = await one(tenantId, RELEASE, [tenantId, consumer, owner]);
      return row === undefined || row.owner === null;
    },
    async cursor(consumer, tenantId) {
      const text = 'select cursor from consumers where tenant_id = $1 and consumer = $2';
      return ((await one(tenantId, text, [tenantId, consumer]))?.cursor ?? null) as string | null;
    },
    async failed(consumer, tenantId, eventId, error) {
      const row = await one(tenantId, FAILED, [tenantId, consumer, eventId, error.slice(0, ERROR_CHARACTERS)]);
      return row?.tries as number;
    },
    async parked(tenantId) {
      const text = 'select consumer, event_id, error from consumer_failures where tenant_id = $1 and tries >= $2';
      const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId, TRIES_MAX] }], {
        role: 'auren_worker',
      });
      return rows.map((row) => ({
        consumer: row.consumer as string,
        eventId: row.event_id as string,
        error: row.error as string,
      }));
    },
    async tenants() {
      const text = 'select tenant_id from tenants order by tenant_id';
      const [rows = []] = await postgres.run('', [{ text }], { role: 'auren_worker', readOnly: true });
      return rows.map((row) => row.tenant_id as string);
    },
  };
}
