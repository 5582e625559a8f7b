/** The warm tier in PostgreSQL. */
import { createPostgresCatalog } from '../../layers/memory/catalog/catalog-postgres.ts';
import { createPostgresLog } from '../../layers/memory/log/log-postgres.ts';
import { createWarmTier } from '../../layers/memory/tiers/warm-postgres.ts';
import { stored, together, updated } from '../support/builders.ts';
import { NOON } from '../support/clock.ts';
import { onPostgres, tenantsOf } from './suites/on-postgres.ts';
import { describeTierContract } from './suites/tier.ts';

describeTierContract('warm in PostgreSQL', async () => {
  const postgres = await onPostgres();
  const log = createPostgresLog(postgres);
  const catalog = createPostgresCatalog(postgres);
  return {
    tier: createWarmTier(postgres),
    newTenant: tenantsOf(postgres).newTenant,
    async committed(tenantId, records) {
      if (records.length === 0) return;
      const there = await catalog.find(
        tenantId,
        records.map(({ id }) => id),
        'any',
        NOON,
      );
      const steps = records.map((record) => {
        const row = there.find(({ id }) => id === record.id);
        if (!row) return stored(tenantId, record);
        return updated(tenantId, { ...row, content: row.content ?? {} }, { content: record.content });
      });
      await log.commit(together(steps));
    },
  };
});
