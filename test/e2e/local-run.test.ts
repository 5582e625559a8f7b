/** `npm start` as its user lives it: a process that starts, serves, keeps its data, and goes when it is told to. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../local/engines/port.ts';
import { isAlive } from '../../local/engines/processes.ts';
import { temporaryDirectory } from '../support/engine-directory.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const STARTS_WITHIN_MS = 40_000;
const ENDS_WITHIN_MS = 20_000;

interface Run {
  child: ChildProcess;
  url: string;
  output(): string;
  /** Resolves to the exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

const runs: Run[] = [];
const directories: string[] = [];

afterEach(async () => {
  for (const { child, ended } of runs.splice(0)) {
    if (child.exitCode === null) child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
    await ended;
    clearTimeout(late);
  }
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}, 60_000);

function directory(): string {
  const made = temporaryDirectory();
  directories.push(made);
  return made;
}

/** Starts it and waits for the banner, or for its end. */
async function run(dataDir: string, env: Record<string, string> = {}): Promise<Run> {
  const port = env.PORT ?? String(await freePort());
  const { DATABASE_URL: _d, REDIS_URL: _r, CHROMA_URL: _c, ...clean } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'local/main.ts')], {
    cwd: dataDir, // No .env of the developer's is read.
    env: { ...clean, PORT: port, AUREN_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  const started: Run = { child, url: `http://127.0.0.1:${port}`, output: () => output, ended };
  runs.push(started);
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (child.exitCode === null && !output.includes('curl')) {
    if (Date.now() > deadline) throw new Error(`it did not start within ${STARTS_WITHIN_MS} ms:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return started;
}

const devKey = (dataDir: string) => readFileSync(join(dataDir, 'dev-key'), 'utf8').trim();

async function call(url: string, key: string, method: string, path: string, body?: object) {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

const FACT = { agent_id: 'me', type: 'fact', content: { text: 'The sky is blue.' } };

/** Processes below the given one, as ps tells them; engines in groups of their own too. */
function descendants(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    table.flatMap(([child = 0, ppid]) => (ppid === parent ? [child, ...below(child)] : []));
  return below(pid);
}

describe('npm start', () => {
  it('says where everything is, serves, and keeps data and key over a restart', async () => {
    const dataDir = directory();
    const first = await run(dataDir);
    const key = devKey(dataDir);

    expect(first.output()).toContain(`${first.url}/v1`);
    expect(first.output()).toContain(`${first.url}/docs`);
    expect(first.output()).toContain(key);
    for (const engine of [/PostgreSQL/, /redis/i, /Chroma/]) expect(first.output()).toMatch(engine);
    for (const secret of ['dev-key', 'master-key']) expect(statSync(join(dataDir, secret)).mode & 0o777).toBe(0o600);
    const stored = await call(first.url, key, 'POST', '/v1/memories', FACT);
    expect(stored.status).toBe(201);
    expect(await call(first.url, key, 'GET', `/v1/memories/${stored.body.id}`)).toMatchObject({
      status: 200,
      body: FACT,
    });
    await call(first.url, key, 'POST', '/_local/clock', { advance_days: 2 });

    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    const second = await run(dataDir);

    expect(devKey(dataDir)).toBe(key);
    expect(second.output()).toContain('2 days ahead');
    expect(await call(second.url, key, 'GET', `/v1/memories/${stored.body.id}`)).toMatchObject({
      status: 200,
      body: FACT,
    });
  }, 120_000);

  it('runs the first command of its banner', async () => {
    const { output, url } = await run(directory());
    const [, shown] = /(curl [^}]*}')/.exec(output()) ?? [];

    const answer = execFileSync('sh', ['-c', `${shown} --silent --show-error`], { encoding: 'utf8' });

    expect(shown).toContain(url);
    expect(JSON.parse(answer)).toMatchObject({ content: { text: 'The sky is blue.' }, tier: 'hot' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends on %s with code 0 and leaves no process behind', async (signal) => {
    const { child, ended, output } = await run(directory());
    const below = descendants(child.pid ?? 0);
    expect(below.length).toBeGreaterThanOrEqual(2);

    child.kill(signal);

    expect(await ended).toBe(0);
    expect(output()).toContain('Stopped.');
    expect(below.filter(isAlive)).toEqual([]);
  });

  it('is forced by a second signal, and the engines end all the same', async () => {
    const { child, ended } = await run(directory());
    const below = descendants(child.pid ?? 0);

    child.kill('SIGINT');
    child.kill('SIGTERM');

    expect([0, 130]).toContain(await ended);
    await expect.poll(() => below.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });

  it('runs a second time side by side on another port and directory', async () => {
    const [oneDir, otherDir] = [directory(), directory()];
    const one = await run(oneDir);
    const other = await run(otherDir);

    const stored = await call(one.url, devKey(oneDir), 'POST', '/v1/memories', FACT);

    expect(stored.status).toBe(201);
    expect((await call(other.url, devKey(otherDir), 'GET', `/v1/memories/${stored.body.id}`)).status).toBe(404);
    expect((await call(other.url, devKey(oneDir), 'GET', '/v1/memories')).status).toBe(403);
  }, 120_000);

  it('says of a used port and of a used directory what to do', async () => {
    const dataDir = directory();
    const { url } = await run(dataDir);

    const samePort = await run(directory(), { PORT: new URL(url).port });
    const sameDirectory = await run(dataDir);

    expect(await samePort.ended).toBe(1);
    expect(samePort.output()).toMatch(/Port \d+ is in use.*PORT=\d+/);
    expect(await sameDirectory.ended).toBe(1);
    expect(sameDirectory.output()).toMatch(/already runs on .*AUREN_DATA_DIR/);
    expect(sameDirectory.output()).not.toContain('    at ');
  }, 120_000);

  it.each([
    [{ AUREN_HOT_DAYS: 'ten' }, 'AUREN_HOT_DAYS'],
    [{ AUREN_DATA_DIR: join(ROOT, 'package.json') }, 'AUREN_DATA_DIR'],
    [{ CHROMA_URL: 'http://127.0.0.1:9' }, 'CHROMA_URL'],
  ])('with %o does not start and names what is wrong', async (env, named) => {
    const { ended, output } = await run(directory(), env);

    expect(await ended).toBe(1);
    expect(output()).toMatch(named);
    expect(output()).not.toContain('    at ');
  });
});
