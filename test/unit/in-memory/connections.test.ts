/** The registry of connections in memory keeps the contract of the real one. */
import { describeConnectionsContract } from '../../contract/suites/connections.ts';
import { uniqueName } from '../../support/ids.ts';
import { inMemoryConnections } from '../../support/in-memory/connections.ts';

describeConnectionsContract('in memory', async () => ({
  connections: (nowMs) => inMemoryConnections(nowMs).connections,
  newTenant: async () => uniqueName('tenant'),
}));
