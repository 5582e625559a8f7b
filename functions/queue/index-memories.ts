/** Queue: embeds what the log says is new, and keeps the cold tier and the vector index in step with it. */
import { composeIndexing } from '@auren/memory/compose.ts';
import { draining } from '../shared/drain.ts';

export const handler = draining('index-memories', composeIndexing);
