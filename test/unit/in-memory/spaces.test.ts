/** Spaces in memory keep the contract of the real ones. */
import { describeSpacesContract } from '../../contract/suites/spaces.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryApiKeys } from '../../support/in-memory/keys.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { inMemorySpaces } from '../../support/in-memory/spaces.ts';
import { createStore } from '../../support/in-memory/store.ts';

describeSpacesContract('in memory', async () => {
  const store = createStore();
  const apiKeys = inMemoryApiKeys(store);
  return {
    log: inMemoryLog(store),
    spaces: inMemorySpaces(store),
    apiKeys,
    async newTenant() {
      const tenantId = uniqueName('tenant');
      await apiKeys.addTenant(tenantId);
      return tenantId;
    },
    addSpace: async (tenantId, spaceId) => store.addSpace(tenantId, spaceId),
  };
});
