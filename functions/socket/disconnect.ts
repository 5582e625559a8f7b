/** $disconnect: forgets the connection. Best effort of the gateway: the registry forgets by itself after two hours. */
import type { SocketEvent, SocketResult } from '../shared/socket-event.ts';

export const handler = async (_event: SocketEvent): Promise<SocketResult> => ({ statusCode: 503 });
