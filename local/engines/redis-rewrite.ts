/** Redis's append-only file keeps every command until it is rewritten: then it holds what Redis holds, and no trace of what was removed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const CONNECT_WITHIN_MS = 2_000;
const POLL_MS = 25;
const WITHIN_MS = 15_000;

const fieldOf = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

/** False where another one began just now. */
async function begins(redis: Redis): Promise<boolean> {
  try {
    await redis.bgrewriteaof();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('already in progress')) return false;
    throw error;
  }
}

/** Throws where Redis does not answer, or does not finish in time. */
export async function rewriteFile(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: CONNECT_WITHIN_MS });
  // What fails is thrown by the calls; without a listener it would also be printed.
  redis.on('error', () => undefined);
  const until = Date.now() + WITHIN_MS;
  const idle = async (): Promise<string> => {
    for (;;) {
      const info = await redis.info('persistence');
      if (fieldOf(info, 'aof_rewrite_in_progress') === '0' && fieldOf(info, 'aof_rewrite_scheduled') === '0')
        return info;
      if (Date.now() > until) throw new Error(`Redis did not rewrite its file within ${WITHIN_MS} ms`);
      await sleep(POLL_MS);
    }
  };
  try {
    await redis.connect();
    // One that runs already may have begun before the removal: another has to follow it.
    do await idle();
    while (!(await begins(redis)));
    const status = fieldOf(await idle(), 'aof_last_bgrewrite_status');
    if (status !== 'ok') throw new Error(`Redis could not rewrite its file (${status}); is the disk full?`);
  } finally {
    redis.disconnect();
  }
}
