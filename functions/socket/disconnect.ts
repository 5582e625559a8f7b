/** $disconnect: forgets the connection. The gateway does its best to say so; the registry forgets by itself after two hours. */
import { composeFollowing } from '@auren/memory/compose.ts';
import { INTERNAL_ERROR, PROBLEMS } from '../shared/problem.ts';
import { OK, socketRoute } from '../shared/socket.ts';

export const handler = socketRoute(
  'disconnect',
  composeFollowing,
  async ({ caller, connectionId }, feed) => {
    await feed.disconnect(caller, connectionId);
    return OK;
  },
  (error) => ({ statusCode: PROBLEMS[error?.code ?? INTERNAL_ERROR].status }),
);
