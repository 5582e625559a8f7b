/** Leases in memory keep the contract of the real ones. */
import { describeConsumersContract } from '../../contract/suites/consumers.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryConsumers } from '../../support/in-memory/consumers.ts';
import { createStore } from '../../support/in-memory/store.ts';

describeConsumersContract('in memory', async () => {
  const store = createStore();
  return {
    consumers: inMemoryConsumers(store),
    newTenant: async () => {
      const tenantId = uniqueName('tenant');
      store.addTenant(tenantId);
      return tenantId;
    },
    addSpace: async (tenantId: string, spaceId: string) => store.addSpace(tenantId, spaceId),
  };
});
