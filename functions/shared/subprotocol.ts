/** The subprotocols that a client offers: the contract's own, and a ticket beside it where a browser cannot send its key. */
import { type SocketHeaders, socketHeader } from './socket-event.ts';

export const PROTOCOL = 'auren.v1';
export const TICKET_PREFIX = 'ticket.';

export const offeredProtocols = (event: SocketHeaders): string[] =>
  (socketHeader(event, 'sec-websocket-protocol') ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');
