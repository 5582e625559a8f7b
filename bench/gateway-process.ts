/** The local gateway with its queues and schedules on engines that run already, in a process of its own: load and server do not share a thread. */
import type { EngineEnv } from '../local/engines/main.ts';
import { startStack } from '../local/stack.ts';

export interface GatewayJob {
  env: EngineEnv;
  dataDir: string;
}

process.once('message', async ({ env, dataDir }: GatewayJob) => {
  const engines = { env, describe: () => ['of the benchmark'] };
  const stack = await startStack({ port: 0, dataDir, tenantId: 'gateway', engines });
  const stop = async () => {
    await stack.stop();
    process.exit();
  };
  process.once('message', stop);
  // A benchmark that failed has no more to say.
  process.once('disconnect', stop);
  process.send?.({ url: stack.url, socketUrl: stack.socketUrl });
});
