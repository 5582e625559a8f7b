/** Queue: brings every subscribed connection up to the log. The only function that posts to connections. */
import { composeBroadcasting } from '@auren/memory/compose.ts';
import { draining } from '../shared/drain.ts';
import { frameCodec } from '../shared/wire/frames.ts';

export const handler = draining('broadcast-events', () => composeBroadcasting(frameCodec), { together: true });
