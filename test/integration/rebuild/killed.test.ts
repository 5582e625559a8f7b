/** The command itself, killed with SIGKILL wherever it is: the next run goes on, and the last one ends equal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startEngines } from '../../../local/engines/main.ts';
import { domain } from '../../support/domain.ts';
import { removeDirectory, temporaryDirectory } from '../../support/engine-directory.ts';
import { hasRedisServer } from '../../support/redis-server.ts';
import { populate, shown, tamper } from './rebuilding.ts';

const COMMAND = join(import.meta.dirname, '..', '..', '..', 'local', 'rebuild', 'main.ts');
const MEMORIES = 300;
const ENDS_WITHIN_MS = 90_000;

const dataDir = temporaryDirectory();
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  removeDirectory(dataDir);
});

/** Runs the command; once it says `until`, and a moment later, it is killed. */
async function run(args: string[], kill?: { until: RegExp; afterMs: number }) {
  const { DATABASE_URL: _d, REDIS_URL: _r, CHROMA_URL: _c, UPSTASH_REDIS_REST_URL: _u, ...clean } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: dataDir, // No .env of the developer's is read.
    env: { ...clean, AUREN_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  const seen = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (kill?.until.test(output)) seen.resolve();
    });
  }
  const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  if (kill) {
    await Promise.race([seen.promise, ended]);
    await sleep(kill.afterMs);
    child.kill('SIGKILL');
  }
  const end = await ended;
  clearTimeout(late);
  return { end, output };
}

describe.skipIf(!hasRedisServer)('npm run rebuild', () => {
  it('is resumed after SIGKILL in every step, and ends equal', async () => {
    const engines = await startEngines({ dataDir, env: {}, fsync: false });
    const d = await domain(engines.env);
    await populate(d);
    const drafts = Array.from({ length: MEMORIES }, (_, n) => ({
      agentId: 'neuroscientist',
      type: 'fact' as const,
      content: { text: `heart rate number ${n} of a long night` },
    }));
    await d.memory.storeBatch(d.caller(), drafts);
    const before = await shown(d);
    await tamper(d, "delete from auren.memories where tenant_id = $1 and (priority > 5 or tier = 'cold')");
    await engines.stop();
    for (const lost of ['chroma', 'redis']) rmSync(join(dataDir, lost), { recursive: true, force: true });

    const killed = [
      await run([], { until: /./, afterMs: 0 }),
      await run([], { until: /verifying the log/, afterMs: 50 }),
      await run([], { until: /catalog: /, afterMs: 500 }),
      await run([], { until: /proving: /, afterMs: 1_500 }),
      await run([], { until: /embedding: /, afterMs: 0 }),
    ];
    const last = await run(['--tenant', d.tenantId]);
    const again = await run([]);

    expect(killed.map(({ end }) => end)).toEqual(killed.map(() => 'SIGKILL'));
    expect([last.end, last.output]).toEqual([0, expect.stringMatching(new RegExp(`^${d.tenantId} .* yes$`, 'm'))]);
    expect(again.output).toMatch(new RegExp(`^${d.tenantId} +305 .* nothing .* yes$`, 'm'));
    const after = await startEngines({ dataDir, env: {}, fsync: false });
    try {
      const { tenantId } = d;
      const same = { ...(await domain(after.env)), tenantId };
      const asBefore = { ...same, caller: () => ({ ...same.caller(), tenantId }) };
      expect(await shown(asBefore)).toEqual(before);
    } finally {
      await after.stop();
    }
  }, 400_000);

  it('says what to do where the data directory is in use, and how it is used', async () => {
    const engines = await startEngines({ dataDir, env: {}, fsync: false });
    const inUse = await run([]);
    await engines.stop();

    expect([inUse.end, inUse.output]).toEqual([1, expect.stringMatching(/already runs on .*Stop that one/)]);
    expect(await run(['--restored', '--index'])).toMatchObject({ end: 1, output: expect.stringContaining('Usage:') });
    expect(await run(['--all'])).toMatchObject({ end: 1, output: expect.stringContaining('Usage:') });
    expect(await run(['--tenant', 'nobody'])).toMatchObject({ end: 1, output: expect.stringContaining('no tenant') });
  }, 200_000);
});
