/** Whether this machine has a Redis server. The in-process one keeps nothing on disk and is no process to kill: such tests are skipped there. */
import { findRedisServer } from '../../local/engines/redis.ts';

export const hasRedisServer = findRedisServer() !== undefined;
