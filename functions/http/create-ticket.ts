/** POST /v1/socket-tickets: a single-use ticket for a browser's WebSocket. */
import { composeTickets } from '@auren/memory/compose.ts';
import { createTicket } from '../contract/sockets.ts';
import { operation } from '../shared/operation.ts';
import { created } from '../shared/reply.ts';

export const handler = operation(createTicket, composeTickets, async ({ caller }, feed) => {
  const { ticket, expiresAt } = await feed.createTicket(caller);
  return created({ ticket, expires_at: expiresAt });
});
