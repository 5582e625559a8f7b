/** The hot tier in memory keeps the contract of the real one. */
import { describeHotReadingContract } from '../../contract/suites/hot-reading.ts';
import { describeHotRecallsContract } from '../../contract/suites/hot-recalls.ts';
import { describeHotWritingContract, type HotSubject } from '../../contract/suites/hot-writing.ts';
import { aCaller } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryConnections } from '../../support/in-memory/connections.ts';
import { inMemoryHotTier } from '../../support/in-memory/hot.ts';

const make = async (): Promise<HotSubject> => {
  const { connections, list } = inMemoryConnections();
  return {
    hot: (options) => inMemoryHotTier({ ...options, list }),
    newTenant: async () => uniqueName('tenant'),
    async watch(tenantId) {
      await connections.add({ id: 'c1', caller: aCaller(tenantId), since: NOON });
      await connections.subscribe(tenantId, 'c1', { filter: {} }, { mark: 'm', from: 'now', resumes: false });
    },
    ephemeral: async (tenantId) => (await connections.waiting(tenantId)).reverse(),
  };
};

describeHotWritingContract('in memory', make);
describeHotReadingContract('in memory', make);
describeHotRecallsContract('in memory', make);
