/** `npm run demo`, for a life of some weeks: it asserts what it shows, so its exit code says whether all of it held. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const DEMO = join(import.meta.dirname, '..', '..', 'local', 'demo', 'main.ts');
const WEEKS = 6;

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const { DATABASE_URL: _d, REDIS_URL: _r, CHROMA_URL: _c, ...env } = process.env;
  const child = spawn(process.execPath, [DEMO, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

it('plays every promise, lives the weeks, and finds everything again', async () => {
  const { code, output } = await run('--weeks', String(WEEKS));

  expect(output.match(/✓/g)).toHaveLength(6);
  expect(output.match(/^ *\d+ {2}\d{4}-\d\d-\d\d {2}hot /gm)).toHaveLength(WEEKS);
  expect(output).toContain('nothing else is missing');
  expect(code, output).toBe(0);
}, 120_000);

it('names an option that it cannot use', async () => {
  const { code, output } = await run('--weeks', 'many');

  expect(output).toContain('--weeks takes a whole number from 1 to 520');
  expect(code).toBe(1);
});
