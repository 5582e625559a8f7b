/** Recalls and the log of queries in memory keep the contracts of the real ones. */
import { describePredictionsContract } from '../../contract/suites/predictions.ts';
import { describeQueryLogContract } from '../../contract/suites/query-log.ts';
import { describeRecallsContract } from '../../contract/suites/recalls.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryCatalog } from '../../support/in-memory/catalog.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { inMemoryQueryLog, inMemoryRecalls } from '../../support/in-memory/recalls.ts';
import { createStore } from '../../support/in-memory/store.ts';
import { inMemoryWarmTier } from '../../support/in-memory/warm.ts';

const newTenant = async () => uniqueName('tenant');

const make = async () => {
  const store = createStore();
  return {
    log: inMemoryLog(store),
    catalog: inMemoryCatalog(store),
    warm: inMemoryWarmTier(store),
    recalls: inMemoryRecalls(store),
    newTenant,
    addSpace: async (tenantId: string, spaceId: string) => store.addSpace(tenantId, spaceId),
  };
};

describeRecallsContract('in memory', make);
describePredictionsContract('in memory', make);
describeQueryLogContract('in memory', async () => ({ queries: inMemoryQueryLog(createStore()), newTenant }));
