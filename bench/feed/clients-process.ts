/** Many WebSocket clients in a process of their own: they note when each event arrives, and read nothing else of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'hdr-histogram-js';
import { WebSocket } from 'ws';
import { percentilesOf } from '../measure.ts';
import { AT, AT_CHARS, type ListenJob, type Received } from './messages.ts';

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

function received(connection: number, data: Buffer): void {
  const nowMs = performance.timeOrigin + performance.now();
  const text = data.toString('latin1');
  for (let at = text.indexOf(AT); at >= 0; at = text.indexOf(AT, at + AT.length)) {
    const fromMs = Date.parse(text.slice(at + AT.length, at + AT.length + AT_CHARS));
    histogram.recordValue(Math.max(1, Math.round((nowMs - fromMs) * US_PER_MS)));
    counts[connection] = (counts[connection] ?? 0) + 1;
  }
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
  socket.on('message', (data: Buffer) => received(connection, data));
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
