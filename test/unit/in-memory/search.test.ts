/** Both legs of search in memory keep the contract of the real ones. */
import { describeLexicalContract } from '../../contract/suites/lexical.ts';
import { describePastContract } from '../../contract/suites/past.ts';
import { describeVectorsContract } from '../../contract/suites/vectors.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryCatalog } from '../../support/in-memory/catalog.ts';
import { inMemoryLexicalIndex, inMemoryMembers } from '../../support/in-memory/lexical.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { createStore } from '../../support/in-memory/store.ts';
import { inMemoryVectorIndex } from '../../support/in-memory/vectors.ts';
import { inMemoryWarmTier } from '../../support/in-memory/warm.ts';

const newTenant = async () => uniqueName('tenant');

describeVectorsContract('in memory', async () => ({ vectors: inMemoryVectorIndex(), newTenant }));
const lexicalSubject = async () => {
  const store = createStore();
  return {
    lexical: inMemoryLexicalIndex(store),
    members: inMemoryMembers(store),
    log: inMemoryLog(store),
    catalog: inMemoryCatalog(store),
    warm: inMemoryWarmTier(store),
    newTenant,
    addSpace: async (tenantId: string, spaceId: string) => store.addSpace(tenantId, spaceId),
  };
};

describeLexicalContract('in memory', lexicalSubject);
describePastContract('in memory', lexicalSubject);
