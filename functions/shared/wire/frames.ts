/** What the feed says, as messages of the contract. */
import type { FrameCodec } from '@auren/memory/feed/frames.ts';
import { SOCKET } from '../../routes.ts';
import { toEnvelope } from './events.ts';

/** Events come as JSON already, written once for all connections. */
const withEvents = (head: object, events: readonly string[]): string =>
  `${JSON.stringify(head).slice(0, -1)},"events":[${events.join(',')}]}`;

export const frameCodec: FrameCodec = {
  bytesMax: SOCKET.FRAME_BYTES_MAX,
  event: (event) => JSON.stringify(toEnvelope(event, 'cursor' in event ? event.cursor : null)),
  events: ({ after, cursor, recovered, events }) =>
    withEvents({ kind: 'events', after, cursor, ...(recovered ? { recovered } : {}) }, events),
  ephemeral: (events) => withEvents({ kind: 'ephemeral' }, events),
  subscribed: (id, cursor) => JSON.stringify({ kind: 'subscribed', id, cursor }),
  resync: (cursor) => JSON.stringify({ kind: 'resync', cursor }),
};
