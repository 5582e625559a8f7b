/** The thread behind `startFrontThread`: one front, told what to serve when it is started. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FrontJob } from './front-thread.ts';
import { startNeonFront } from './neon-front.ts';
import { linkToRedis } from './redis-link.ts';
import { startUpstashFront } from './upstash-front.ts';

const port = parentPort;
if (!port) throw new Error('front-worker.ts runs as a worker thread only');
const log = (line: string) => port.postMessage({ log: line });

async function serve(job: FrontJob) {
  if (job.kind === 'neon') return startNeonFront({ databaseUrl: job.databaseUrl, log });
  return startUpstashFront({ link: await linkToRedis(job.redisUrl, log), token: job.token, log });
}

const front = await serve(workerData as FrontJob);
port.once('message', async () => {
  await front.close();
  port.close();
});
port.postMessage({ url: front.url });
