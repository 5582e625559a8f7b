/**
 * A process that broadcasts one tenant on the production adapters and kills itself (SIGKILL) before or after its nth step that a client or
 * the registry notices. What it posts goes to the test over IPC, as it would go to the gateway.
 */

import { frameCodec } from '../../functions/shared/wire/frames.ts';
import { withPoster } from '../../layers/memory/adapters.ts';
import type { Instant } from '../../layers/memory/clock.ts';
import { usePorts } from '../../layers/memory/compose.ts';
import { createBroadcaster } from '../../layers/memory/feed/broadcaster.ts';
import type { Connections, Poster } from '../../layers/memory/feed/port.ts';

export interface Order {
  env: NodeJS.ProcessEnv;
  tenantId: string;
  now: Instant;
  /** Counted from 1. */
  step: number;
  moment: 'before' | 'after';
}

export interface PostedFrame {
  connectionId: string;
  frame: string;
}

const DRAIN_MS = 20_000;
let steps = 0;

process.once('message', async (order: Order) => {
  Object.assign(process.env, order.env);
  const die = () => process.kill(process.pid, 'SIGKILL');
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    steps += 1;
    const isLast = steps === order.step;
    if (isLast && order.moment === 'before') die();
    const answer = await work();
    if (isLast) die();
    return answer;
  };
  const poster: Poster = {
    post: (connectionId, frame) =>
      step(
        () =>
          new Promise((resolve) => {
            process.send?.({ connectionId, frame } satisfies PostedFrame, () => resolve('posted'));
          }),
      ),
    close: async () => 'closed',
  };
  usePorts({ clock: { now: () => new Date(order.now) }, poke: { poke: async () => {} }, poster });
  const ports = await withPoster();
  const { connections, consumers } = ports;
  const round: Connections['round'] = (tenantId, reader, known, progress) => {
    const work = () => connections.round(tenantId, reader, known, progress);
    return progress.places.length > 0 ? step(work) : work();
  };
  const release: typeof consumers.release = (...args) => step(() => consumers.release(...args));
  const broadcaster = createBroadcaster({
    ...ports,
    codec: frameCodec,
    connections: { ...connections, round },
    consumers: { ...consumers, release },
  });
  await broadcaster.drain(order.tenantId, new Date(Date.now() + DRAIN_MS));
  process.send?.({ steps }, () => process.exit());
});
process.send?.('ready');
