/** Many WebSocket clients in a process of their own: they note when each event arrives. */
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'hdr-histogram-js';
import { WebSocket } from 'ws';
import { FrameOrder } from '../../sdk/frame-order.ts';
import type { FeedEvent, ServerFrame } from '../../sdk/wire.ts';
import { percentilesOf } from '../measure.ts';
import type { ListenJob, Received } from './messages.ts';

/** Half of what API Gateway lets in. */
const OPENED_PER_SECOND = 250;
const US_PER_MS = 1_000;
const LONGEST_US = 600_000_000;

const histogram = build({
  lowestDiscernibleValue: 1,
  highestTrackableValue: LONGEST_US,
  numberOfSignificantValueDigits: 3,
});
const counts: number[] = [];
let frames = 0;
let bytes = 0;

/** By the client's rules: what a busy server posts again is not counted again, and what is missing ends the measurement. */
function received(order: FrameOrder<FeedEvent>, connection: number, data: Buffer): void {
  const nowMs = performance.timeOrigin + performance.now();
  const frame: ServerFrame = JSON.parse(data.toString('utf8'));
  if (frame.kind !== 'events') return;
  if (order.cursor === null) order.start(frame.after);
  const { events, gap } = order.accept(frame);
  if (gap) throw new Error(`connection ${connection} misses what came after ${order.cursor}`);
  for (const { at } of events) histogram.recordValue(Math.max(1, Math.round((nowMs - Date.parse(at)) * US_PER_MS)));
  counts[connection] = (counts[connection] ?? 0) + events.length;
  frames += 1;
  bytes += data.length;
}

async function connect({ url, apiKey }: ListenJob, connection: number): Promise<WebSocket> {
  const socket = new WebSocket(url, apiKey === undefined ? {} : { headers: { authorization: `Bearer ${apiKey}` } });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  if (apiKey !== undefined) {
    socket.send(JSON.stringify({ action: 'subscribe', filter: { events: ['memory.updated'] } }));
    await new Promise((resolve) => void socket.once('message', resolve));
  }
  counts[connection] = 0;
  const order = new FrameOrder<FeedEvent>();
  socket.on('message', (data: Buffer) => received(order, connection, data));
  return socket;
}

function reset(): void {
  histogram.reset();
  counts.fill(0);
  frames = 0;
  bytes = 0;
}

// Whoever asked is gone, or has had enough.
process.once('disconnect', () => process.exit());

process.once('message', async (job: ListenJob) => {
  const opening: Promise<WebSocket>[] = [];
  for (let connection = 0; connection < job.connections; connection += 1) {
    opening.push(connect(job, connection));
    await sleep(US_PER_MS / OPENED_PER_SECOND);
  }
  const sockets = await Promise.all(opening);
  process.on('message', (order: 'reset' | 'report' | 'stop') => {
    if (order === 'reset') reset();
    if (order === 'stop') {
      for (const socket of sockets) socket.terminate();
      process.disconnect();
      return;
    }
    const report: Received = {
      ms: percentilesOf(histogram),
      frames,
      bytes,
      least: Math.min(...counts),
      most: Math.max(...counts),
    };
    process.send?.(report);
  });
  process.send?.('open');
});
