/** The floor of the feed: a bare `ws` server in a process of its own that sends frames of the same size at the same rate to every client. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { BroadcastJob } from './messages.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

let sent = 0;

/** One event, as long as all those of a frame of the feed. */
function frameOf(bytes: number): string {
  const [after, cursor] = [String(sent), String(sent + 1)];
  sent += 1;
  const event = { id: cursor, cursor, at: new Date().toISOString(), filling: '' };
  const bare = JSON.stringify({ kind: 'events', after, cursor, events: [event] });
  return bare.replace('"filling":""', `"filling":"${'x'.repeat(Math.max(0, bytes - bare.length))}"`);
}

async function broadcast({ bytesPerFrame, framesPerSecond, seconds }: BroadcastJob): Promise<void> {
  const begun = performance.now();
  for (let frame = 0; frame < framesPerSecond * seconds; frame += 1) {
    await sleep(Math.max(0, begun + (frame * 1_000) / framesPerSecond - performance.now()));
    const text = frameOf(bytesPerFrame);
    for (const client of server.clients) client.send(text);
  }
}

// Whoever asked is gone, or has had enough.
process.once('disconnect', () => process.exit());

server.once('listening', () => {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the floor has no port');
  process.send?.({ url: `ws://127.0.0.1:${address.port}` });
});

process.on('message', async (job: BroadcastJob | 'stop') => {
  if (job === 'stop') {
    for (const client of server.clients) client.terminate();
    server.close(() => process.disconnect());
    return;
  }
  await broadcast(job);
  process.send?.('sent');
});
