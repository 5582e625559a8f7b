/** PostgreSQL for the suites: the schema brought up to date once, tenants and spaces made known. */
import { createPostgresApiKeys } from '../../../layers/memory/auth/keys-postgres.ts';
import { createPostgresCatalog } from '../../../layers/memory/catalog/catalog-postgres.ts';
import { createPostgresRepair } from '../../../layers/memory/catalog/repair-postgres.ts';
import { createPostgres, type Postgres } from '../../../layers/memory/clients/postgres.ts';
import { createPostgresLog } from '../../../layers/memory/log/log-postgres.ts';
import { createPostgresReplay } from '../../../layers/memory/log/replay-postgres.ts';
import { migrate } from '../../../layers/memory/migrations/migrate.ts';
import { createPostgresSpaces } from '../../../layers/memory/spaces/spaces-postgres.ts';
import { createWarmTier } from '../../../layers/memory/tiers/warm-postgres.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';
import type { LogSubject } from './commit.ts';
import type { RepairSubject } from './repair.ts';
import type { Tenants } from './subject.ts';

let ready: Promise<Postgres> | undefined;

async function migrated(): Promise<Postgres> {
  const env = sharedEngines();
  const postgres = createPostgres({ databaseUrl: env.DATABASE_URL, neonEndpoint: env.AUREN_NEON_ENDPOINT });
  await migrate(postgres);
  return postgres;
}

export function onPostgres(): Promise<Postgres> {
  ready ??= migrated();
  return ready;
}

export function tenantsOf(postgres: Postgres): Tenants {
  const apiKeys = createPostgresApiKeys(postgres);
  return {
    async newTenant() {
      const tenantId = uniqueName('tenant');
      await apiKeys.addTenant(tenantId);
      return tenantId;
    },
    async addSpace(tenantId, spaceId) {
      const text = `insert into spaces (tenant_id, id, name, created_at, seq, head_hash) values ($1, $2, $2, now(), 1, '')`;
      await postgres.run(tenantId, [{ text, params: [tenantId, spaceId] }]);
    },
  };
}

export async function postgresLogSubject(): Promise<LogSubject> {
  const postgres = await onPostgres();
  return {
    log: createPostgresLog(postgres),
    catalog: createPostgresCatalog(postgres),
    warm: createWarmTier(postgres),
    ...tenantsOf(postgres),
  };
}

export async function postgresRepairSubject(): Promise<RepairSubject> {
  const postgres = await onPostgres();
  return {
    ...(await postgresLogSubject()),
    replay: createPostgresReplay(postgres),
    repair: createPostgresRepair(postgres),
    spaces: createPostgresSpaces(postgres),
  };
}
