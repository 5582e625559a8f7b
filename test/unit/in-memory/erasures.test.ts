/** A person's data, its erasure and subject keys in memory keep the contract of the real ones. */
import type { ErasuresSubject } from '../../contract/suites/a-person.ts';
import { describeErasedDerivedContract } from '../../contract/suites/erased-derived.ts';
import { describeErasuresContract } from '../../contract/suites/erasures.ts';
import { describeSubjectKeysContract } from '../../contract/suites/subject-keys.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryCatalog } from '../../support/in-memory/catalog.ts';
import { inMemoryConsumers } from '../../support/in-memory/consumers.ts';
import { inMemoryErasures } from '../../support/in-memory/erasures.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { inMemoryPatterns } from '../../support/in-memory/patterns.ts';
import { inMemoryPersons } from '../../support/in-memory/persons.ts';
import { inMemoryQueryLog } from '../../support/in-memory/recalls.ts';
import { createStore } from '../../support/in-memory/store.ts';
import { inMemorySubjectKeys } from '../../support/in-memory/subject-keys.ts';
import { inMemoryWarmTier } from '../../support/in-memory/warm.ts';

const newTenant = async () => uniqueName('tenant');

describeSubjectKeysContract('in memory', async () => ({ keys: inMemorySubjectKeys(), newTenant }));
async function make(): Promise<ErasuresSubject> {
  const store = createStore();
  return {
    log: inMemoryLog(store),
    catalog: inMemoryCatalog(store),
    warm: inMemoryWarmTier(store),
    persons: inMemoryPersons(store),
    erasures: inMemoryErasures(store),
    consumers: inMemoryConsumers(store),
    patterns: inMemoryPatterns(store),
    queries: inMemoryQueryLog(store),
    newTenant,
    addSpace: async (tenantId: string, spaceId: string) => store.addSpace(tenantId, spaceId),
  };
}

describeErasuresContract('in memory', make);
describeErasedDerivedContract('in memory', make);
