/** $default: subscribe, resume, unsubscribe and ping. `pong` and errors are the answer; all else comes from the broadcaster. */
import { composeFollowing } from '@auren/memory/compose.ts';
import { clientFrame } from '../contract/sockets.ts';
import { parsedBy } from '../shared/faults.ts';
import { OK, socketRoute } from '../shared/socket.ts';
import { messageOf } from '../shared/socket-message.ts';
import { defined } from '../shared/wire/defined.ts';
import { toFilter } from '../shared/wire/events.ts';
import { errorFrame, fromOf, pongFrame } from '../shared/wire/sockets.ts';

export const handler = socketRoute(
  'message',
  composeFollowing,
  async ({ caller, connectionId, event }, feed) => {
    const frame = parsedBy(clientFrame, messageOf(event));
    switch (frame.action) {
      case 'subscribe': {
        const subscription = { filter: toFilter(frame.filter), ...defined({ id: frame.id }) };
        await feed.subscribe(caller, connectionId, subscription, fromOf(frame));
        return OK;
      }
      case 'resume':
        await feed.resume(caller, connectionId, frame.after);
        return OK;
      case 'unsubscribe':
        await feed.unsubscribe(caller, connectionId);
        return OK;
      case 'ping':
        return { ...OK, body: pongFrame(await feed.ping(caller, connectionId)) };
    }
  },
  (error, event) => ({ ...OK, body: errorFrame(error, event) }),
);
