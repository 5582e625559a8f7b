/** $connect: registers the connection, and chooses the subprotocol. What is not answered with 200 is refused with that status. */
import { composeFollowing } from '@auren/memory/compose.ts';
import { requireScope } from '../shared/caller.ts';
import { INTERNAL_ERROR, PROBLEMS } from '../shared/problem.ts';
import { OK, socketRoute } from '../shared/socket.ts';
import { offeredProtocols, PROTOCOL } from '../shared/subprotocol.ts';

export const handler = socketRoute(
  'connect',
  composeFollowing,
  async ({ caller, connectionId, event }, feed) => {
    requireScope(caller, { scope: 'events:read' });
    await feed.connect(caller, connectionId);
    const isOffered = offeredProtocols(event).includes(PROTOCOL);
    return isOffered ? { ...OK, headers: { 'Sec-WebSocket-Protocol': PROTOCOL } } : OK;
  },
  (error) => ({ statusCode: PROBLEMS[error?.code ?? INTERNAL_ERROR].status }),
);
