/** What a rebuild works with, in memory, keeps the contracts of the real ones. */
import { describeNextIndexContract } from '../../contract/suites/next-index.ts';
import { describeRepairContract } from '../../contract/suites/repair.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryCatalog } from '../../support/in-memory/catalog.ts';
import { type ColdCopies, inMemoryColdTier } from '../../support/in-memory/cold.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { inMemoryNextIndex, inMemoryRepair, inMemoryReplay } from '../../support/in-memory/rebuild.ts';
import { inMemorySpaces } from '../../support/in-memory/spaces.ts';
import { createStore } from '../../support/in-memory/store.ts';
import { type IndexedVectors, inMemoryVectorIndex } from '../../support/in-memory/vectors.ts';
import { inMemoryWarmTier } from '../../support/in-memory/warm.ts';

const newTenant = async () => uniqueName('tenant');

describeRepairContract('in memory', async () => {
  const store = createStore();
  return {
    log: inMemoryLog(store),
    catalog: inMemoryCatalog(store),
    warm: inMemoryWarmTier(store),
    replay: inMemoryReplay(store),
    repair: inMemoryRepair(store),
    spaces: inMemorySpaces(store),
    newTenant,
    addSpace: async (tenantId, spaceId) => store.addSpace(tenantId, spaceId),
  };
});

describeNextIndexContract('an index aside in memory', async () => {
  const vectors: IndexedVectors = new Map();
  const cold: ColdCopies = new Map();
  return {
    serving: { vectors: inMemoryVectorIndex(vectors), cold: inMemoryColdTier(cold) },
    next: inMemoryNextIndex({ vectors, cold }),
    newTenant,
  };
});
