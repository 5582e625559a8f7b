/** API Gateway's question at `$connect`: whether a bearer key, or a ticket among the subprotocols, may come in. */
import type { SocketAuthorizerAnswer, SocketAuthorizerEvent } from '../shared/socket-event.ts';

export const handler = async (_event: SocketAuthorizerEvent): Promise<SocketAuthorizerAnswer> => {
  throw new Error('Unauthorized');
};
