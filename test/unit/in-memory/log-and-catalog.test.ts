/** The log and the catalog in memory keep the contracts of the real ones. */
import { describeCatalogContract } from '../../contract/suites/catalog.ts';
import { describeCatalogListContract } from '../../contract/suites/catalog-list.ts';
import { describeCatalogSweepContract } from '../../contract/suites/catalog-sweep.ts';
import { describeCommitContract, type LogSubject } from '../../contract/suites/commit.ts';
import { describeCommitOnceContract } from '../../contract/suites/commit-once.ts';
import { describeLogReadingContract } from '../../contract/suites/log-reading.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryCatalog } from '../../support/in-memory/catalog.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { createStore } from '../../support/in-memory/store.ts';
import { inMemoryWarmTier } from '../../support/in-memory/warm.ts';

async function make(): Promise<LogSubject> {
  const store = createStore();
  return {
    log: inMemoryLog(store),
    catalog: inMemoryCatalog(store),
    warm: inMemoryWarmTier(store),
    newTenant: async () => uniqueName('tenant'),
    addSpace: async (tenantId, spaceId) => store.addSpace(tenantId, spaceId),
  };
}

describeCommitContract('in memory', make);
describeCommitOnceContract('in memory', make);
describeLogReadingContract('in memory', make);
describeCatalogContract('in memory', make);
describeCatalogListContract('in memory', make);
describeCatalogSweepContract('in memory', make);
