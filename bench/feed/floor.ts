/** What bare WebSockets need to bring frames of the same size, at the same rate, to as many clients. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clients } from './clients.ts';
import type { BroadcastJob, Received } from './messages.ts';

/** What is under way when the last frame is sent. */
const SETTLE_MS = 1_000;

export async function measureFloor(connections: number, job: BroadcastJob): Promise<Received> {
  const child = fork(join(import.meta.dirname, 'floor-process.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const clients = await Clients.open({ url, apiKey: undefined, connections });
  try {
    await clients.reset();
    const sent = once(child, 'message');
    child.send(job);
    await sent;
    await sleep(SETTLE_MS);
    return await clients.report();
  } finally {
    await clients.close();
    child.send('stop');
    await exited;
  }
}
