/**
 * A front on a thread of its own. The functions, their clients and the gateway already fill one JavaScript thread: 16
 * callers get 6,300 point reads a second through the Neon front from a thread, 4,850 from the same one (2 cores). What
 * remains is the client: `fetch` itself makes 10,000 empty requests a second.
 */
import { Worker } from 'node:worker_threads';
import type { Log } from './types.ts';
import type { Front } from './wrap.ts';

export type FrontJob = { kind: 'neon'; databaseUrl: string } | { kind: 'upstash'; redisUrl: string; token: string };

type Message = { url: string } | { log: string };

/** Resolves once the front listens; a front that cannot start rejects with its error. */
export function startFrontThread(job: FrontJob, log: Log): Promise<Front> {
  const worker = new Worker(new URL('./front-worker.ts', import.meta.url), { workerData: job, execArgv: [] });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    worker.on('error', (error: Error) => {
      log(`the ${job.kind} front has failed: ${error.message}`);
      reject(error);
    });
    worker.on('message', (message: Message) => {
      if ('log' in message) return log(message.log);
      const close = async () => {
        worker.postMessage('close');
        await ended;
      };
      resolve({ url: message.url, close });
    });
  });
}
