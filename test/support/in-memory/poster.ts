/** Connections in memory: what each was sent, and which are closed. A test may answer in the gateway's place. */
import type { Posted, Poster } from '../../../layers/memory/feed/port.ts';

export interface Frame {
  kind: 'subscribed' | 'events' | 'ephemeral' | 'resync';
  id?: string;
  after?: string;
  cursor?: string;
  recovered?: true;
  events?: { id: string; type: string; cursor: string | null; agent_id: string | null; [field: string]: unknown }[];
}

export interface InMemoryPoster extends Poster {
  /** Frames by connection, in the order in which they arrived. */
  readonly sent: Map<string, Frame[]>;
  readonly closed: Set<string>;
  framesTo(connectionId: string): Frame[];
  /** Decides on the next posts in the gateway's place. */
  answer: (connectionId: string, frame: string) => Promise<Posted> | Posted;
}

export function inMemoryPoster(): InMemoryPoster {
  const sent = new Map<string, Frame[]>();
  const poster: InMemoryPoster = {
    sent,
    closed: new Set(),
    answer: () => 'posted',
    framesTo: (connectionId) => sent.get(connectionId) ?? [],
    async post(connectionId, frame) {
      if (poster.closed.has(connectionId)) return 'gone';
      const posted = await poster.answer(connectionId, frame);
      if (posted === 'posted') sent.set(connectionId, [...poster.framesTo(connectionId), JSON.parse(frame)]);
      return posted;
    },
    async close(connectionId) {
      poster.closed.add(connectionId);
      return 'closed';
    },
  };
  return poster;
}
