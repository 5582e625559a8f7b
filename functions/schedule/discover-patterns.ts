/** Schedule, every 6 hours: looks for patterns in each tenant's memories. May be delivered twice; a lease makes that harmless. */
import { composeDiscovering } from '@auren/memory/compose.ts';
import { task } from '../shared/task.ts';

export const handler = task('discover-patterns', composeDiscovering, (discovering, { deadline }) =>
  discovering.discoverAll(deadline),
);
