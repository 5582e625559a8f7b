/** The tiers in memory keep the contract of the real ones. */
import { describeTierContract } from '../../contract/suites/tier.ts';
import { rowOf } from '../../support/builders.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryColdTier } from '../../support/in-memory/cold.ts';
import { inMemoryHotTier } from '../../support/in-memory/hot.ts';
import { createStore } from '../../support/in-memory/store.ts';
import { inMemoryWarmTier } from '../../support/in-memory/warm.ts';

const newTenant = async () => uniqueName('tenant');
const committed = async () => {};

describeTierContract('hot in memory', async () => ({ tier: inMemoryHotTier(), newTenant, committed }));
describeTierContract('cold in memory', async () => ({ tier: inMemoryColdTier(), newTenant, committed }));
describeTierContract('warm in memory', async () => {
  const store = createStore();
  return {
    tier: inMemoryWarmTier(store),
    newTenant,
    committed: async (tenantId, records) => {
      for (const record of records) {
        const content = store.of(tenantId).rows.get(record.id)?.content ?? null;
        store.of(tenantId).rows.set(record.id, { record: rowOf(record, true).record, content });
      }
    },
  };
});
