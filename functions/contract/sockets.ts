/** The live feed: tickets over HTTP, and the frames that a client sends. */
import * as z from 'zod/mini';
import { contract } from './contract.ts';

export const createTicket = contract('create-ticket', {
  answer: z.strictObject({ ticket: z.string(), expires_at: z.string() }),
  status: 201,
  description:
    'For a browser, which cannot send a header with a WebSocket: connect with the subprotocols `auren.v1` and `ticket.<ticket>`. It works once, within 60 seconds.',
});
