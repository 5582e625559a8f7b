/** The deadline of a call to Redis: it counts against the engine, never against a stall of our own process. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { timeoutSignal } from '../../../layers/memory/clients/timeout-signal.ts';

const DEADLINE_MS = 20;
const STALL_MS = 80;

async function connected(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

test('an answer that arrives while the process is busy is read before the deadline is held against it', async () => {
  // Prepare
  const { near, far } = await connected();
  const seen: string[] = [];
  near.on('data', () => seen.push('answer'));
  const signal = timeoutSignal(DEADLINE_MS);
  signal.addEventListener('abort', () => seen.push('timeout'));

  // Act
  far.write('here');
  const until = performance.now() + STALL_MS;
  while (performance.now() < until);
  await sleep(STALL_MS);

  // Assess
  expect(seen).toEqual(['answer', 'timeout']);
});

test('a call without an answer ends with a TimeoutError', async () => {
  // Prepare
  const signal = timeoutSignal(DEADLINE_MS);

  // Act
  await once(signal, 'abort');

  // Assess
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});
