/** The samples of docs/live-feed.md, run as they stand. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { overHttp, store } from '../support/live-feed.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SAMPLES = [...readFileSync(join(ROOT, 'docs', 'live-feed.md'), 'utf8').matchAll(/^```js\n([\s\S]*?)^```$/gm)];
const PATIENCE = { timeout: 20_000 };

let stack: TestStack;
const children: ChildProcess[] = [];

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => stack.stop());

/** Runs a sample until the test is over; answers what it has printed so far. */
function run(sample: string): () => string {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', sample], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, AUREN_URL: stack.url, AUREN_KEY: stack.key },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return () => output;
}

it('the page has two samples', () => {
  expect(SAMPLES).toHaveLength(2);
});

it.each(SAMPLES.map(([, code = ''], index) => [index + 1, code] as const))(
  'sample %i follows what happens',
  async (_, code) => {
    const printed = run(code);
    await expect.poll(printed, PATIENCE).toMatch(/"kind":"subscribed"|^live/m);

    const id = await store(overHttp(stack), { agent_id: 'neuroscientist' });

    await expect.poll(printed, PATIENCE).toContain(id);
    expect(printed()).not.toContain('Error');
  },
);
