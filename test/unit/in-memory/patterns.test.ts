/** Patterns in memory keep the contract of the real ones. */
import { describePatternsContract } from '../../contract/suites/patterns.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { inMemoryPatterns } from '../../support/in-memory/patterns.ts';
import { createStore } from '../../support/in-memory/store.ts';

describePatternsContract('in memory', async () => {
  const store = createStore();
  return {
    log: inMemoryLog(store),
    patterns: inMemoryPatterns(store),
    newTenant: async () => uniqueName('tenant'),
    addSpace: async (tenantId, spaceId) => store.addSpace(tenantId, spaceId),
  };
});
