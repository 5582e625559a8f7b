/** The live feed's ticket, and the log over HTTP. */
import type { FeedFilter } from '../../../sdk/wire.ts';
import { call } from './client.ts';
import type { FeedEvent } from './types.ts';

export const createTicket = async (): Promise<string> =>
  (await call<{ ticket: string }>('POST', '/v1/socket-tickets')).ticket;

export interface EventsPage {
  events: FeedEvent[];
  next_cursor: string | null;
}

/** The newest first. */
export const newestEvents = (filter: FeedFilter, limit: number, before: string | null, signal: AbortSignal) =>
  call<EventsPage>('GET', '/v1/events', { query: { ...filter, order: 'desc', limit, before }, signal });
