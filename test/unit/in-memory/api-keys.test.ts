/** API keys and their cache in memory keep the contract of the real ones. */
import { describeApiKeysContract, describeKeyCacheContract } from '../../contract/suites/api-keys.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryApiKeys, inMemoryKeyCache } from '../../support/in-memory/keys.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { createStore } from '../../support/in-memory/store.ts';

describeApiKeysContract('in memory', async () => {
  const store = createStore();
  const apiKeys = inMemoryApiKeys(store);
  const newTenant = async () => {
    const tenantId = uniqueName('tenant');
    await apiKeys.addTenant(tenantId);
    return tenantId;
  };
  return {
    apiKeys,
    log: inMemoryLog(store),
    newTenant,
    addSpace: async (tenantId: string, spaceId: string) => store.addSpace(tenantId, spaceId),
  };
});
describeKeyCacheContract('in memory', async () => ({ keyCache: inMemoryKeyCache() }));
