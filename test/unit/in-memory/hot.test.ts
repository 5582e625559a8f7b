/** The hot tier in memory keeps the contract of the real one. */
import { describeHotReadingContract } from '../../contract/suites/hot-reading.ts';
import { describeHotRecallsContract } from '../../contract/suites/hot-recalls.ts';
import { describeHotWritingContract, type HotSubject } from '../../contract/suites/hot-writing.ts';
import { uniqueName } from '../../support/ids.ts';
import { type InMemoryHotTier, inMemoryHotTier } from '../../support/in-memory/hot.ts';

const make = async (): Promise<HotSubject> => ({
  hot: inMemoryHotTier,
  newTenant: async () => uniqueName('tenant'),
  ephemeral: async (hot, tenantId) => (await (hot as InMemoryHotTier).ephemeral(tenantId)).reverse(),
});

describeHotWritingContract('in memory', make);
describeHotReadingContract('in memory', make);
describeHotRecallsContract('in memory', make);
