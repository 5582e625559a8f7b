/** The live feed of a running stack as its users meet it: sockets with frames read as JSON, tickets, memories stored over HTTP. */
import type { ClientFrame, ServerFrame } from '../../sdk/wire.ts';
import { open, type TestClient } from './socket-client.ts';
import type { TestStack } from './stack.ts';

type Kind = ServerFrame['kind'];
export type FrameOf<K extends Kind> = Extract<ServerFrame, { kind: K }>;

export interface Listener {
  readonly client: TestClient;
  say(frame: ClientFrame | object): void;
  /** The next frame of a kind; what comes before it is passed over. */
  next<K extends Kind>(kind: K): Promise<FrameOf<K>>;
  /** Subscribes and waits until the server has taken it up. */
  subscribe(asked?: Partial<Extract<ClientFrame, { action: 'subscribe' }>>): Promise<FrameOf<'subscribed'>>;
}

export const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

/** Opens a WebSocket with a key, as a program does. */
export async function listen({ stack, key }: TestStack, withKey = key): Promise<Listener> {
  return listener(await open(stack.socketUrl, [], bearer(withKey)));
}

export function listener(client: TestClient): Listener {
  const say = (frame: object) => client.socket.send(JSON.stringify(frame));
  async function next<K extends Kind>(kind: K): Promise<FrameOf<K>> {
    for (;;) {
      const frame: ServerFrame = JSON.parse(await client.next());
      if (isOf(frame, kind)) return frame;
    }
  }
  return {
    client,
    say,
    next,
    subscribe(asked = {}) {
      say({ action: 'subscribe', filter: {}, ...asked });
      return next('subscribed');
    },
  };
}

const isOf = <K extends Kind>(frame: ServerFrame, kind: K): frame is FrameOf<K> => frame.kind === kind;

export function overHttp({ url, key }: TestStack, withKey = key) {
  return async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${withKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };
}

export type Http = ReturnType<typeof overHttp>;

export const aMemory = (fields: object = {}) => ({
  agent_id: 'a',
  type: 'fact',
  content: 'The sky is blue.',
  ...fields,
});

/** Stores one and answers its id. */
export async function store(http: Http, fields: object = {}): Promise<string> {
  const { status, body } = await http('POST', '/v1/memories', aMemory(fields));
  if (status !== 201) throw new Error(`not stored: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

export async function ticketOf(http: Http): Promise<string> {
  const { body } = await http('POST', '/v1/socket-tickets');
  return body.ticket;
}
