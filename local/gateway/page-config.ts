/** `GET /config.json`: what the dashboard's page has to know before its first call. In AWS the deployment writes it beside the page. */
import type { IncomingMessage } from 'node:http';
import { type Answer, jsonAnswer } from './answer.ts';
import { SOCKET_PATH } from './socket/socket-gateway.ts';

const PATH = '/config.json';

export class PageConfig {
  owns(path: string): boolean {
    return path === PATH;
  }

  /** Under whichever name the page was opened, its WebSocket is on the same host and port. */
  async serve({ headers: { host = 'localhost' } }: IncomingMessage): Promise<Answer> {
    const { status, headers, body } = jsonAnswer(200, { api: '', socket: `ws://${host}${SOCKET_PATH}`, local: true });
    return { status, headers: { ...headers, 'cache-control': 'no-store' }, body };
  }
}
