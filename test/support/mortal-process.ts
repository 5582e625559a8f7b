/** Processes that are there to be killed: bundled once, and started one ahead, since a start takes longer than the work. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface MortalProcesses<Order> {
  /** Gives the order to a fresh process and waits for its end: 'SIGKILL', or its last word. `hear` gets every word. */
  run(order: Order, hear?: (message: unknown) => void): Promise<unknown>;
  stop(): Promise<void>;
}

async function start(script: string): Promise<ChildProcess> {
  const child = fork(script, { execArgv: [] });
  await once(child, 'message');
  return child;
}

export async function mortalProcesses<Order extends object>(entry: string): Promise<MortalProcesses<Order>> {
  const directory = mkdtempSync(join(tmpdir(), 'auren-mortal-'));
  const script = join(directory, 'main.mjs');
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [entry],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
    logLevel: 'error',
  });
  let next = start(script);
  let running: ChildProcess | undefined;
  return {
    async run(order, hear) {
      const child = await next;
      running = child;
      next = start(script);
      let lastWord: unknown;
      child.on('message', (message) => {
        lastWord = message;
        hear?.(message);
      });
      child.send(order);
      const [code, signal] = await once(child, 'exit');
      if (signal === null && code !== 0) throw new Error(`the process ended with ${code}`);
      return signal ?? lastWord;
    },
    async stop() {
      for (const child of [running, await next]) child?.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
