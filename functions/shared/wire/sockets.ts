/** Answers to a client's messages, and where its subscription is to begin. */
import type { AurenError } from '@auren/memory/errors.ts';
import type { From } from '@auren/memory/feed/port.ts';
import type { ClientFrame } from '../../contract/sockets.ts';
import { INTERNAL_ERROR } from '../problem.ts';
import type { SocketEvent } from '../socket-event.ts';

export function fromOf({ after, last }: Extract<ClientFrame, { action: 'subscribe' }>): From {
  if (after !== undefined) return { after };
  return last === undefined || last === 0 ? 'now' : { last };
}

export const pongFrame = (cursor: string | null): string => JSON.stringify({ kind: 'pong', cursor: cursor ?? '' });

const ID_CHARACTERS_MAX = 128;

/** The name that the client gave its message, however wrong the rest of it is. What is no JSON has none, and is told to be none. */
function idOf({ body }: SocketEvent): string | undefined {
  try {
    const message: unknown = JSON.parse(body ?? '');
    const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined;
    return typeof id === 'string' && id.length <= ID_CHARACTERS_MAX ? id : undefined;
  } catch {
    return undefined;
  }
}

export const errorFrame = (error: AurenError | null, event: SocketEvent): string =>
  JSON.stringify({
    kind: 'error',
    id: idOf(event),
    code: error?.code ?? INTERNAL_ERROR,
    message: error?.message ?? `Something went wrong on our side. Report it with ${event.requestContext.requestId}.`,
  });
