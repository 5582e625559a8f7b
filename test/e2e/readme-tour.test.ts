/** The README's tour, run as its reader runs it: every sample in one shell, against a system that has just started. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { missingKeys, type Sample, tourOf } from '../support/readme.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const README = join(import.meta.dirname, '..', '..', 'README.md');
const MARK = '--- end of sample ---';

let stack: TestStack;
let samples: Sample[];
/** What each sample printed. */
let outputs: string[];

beforeAll(async () => {
  stack = await startStack();
  samples = tourOf(readFileSync(README, 'utf8'));
  const script = ['set -euo pipefail', ...samples.map(({ code }) => `${code}\necho; echo '${MARK}'`)].join('\n');
  // The tour is the reader's shell: no variable of the tests but PATH and these two.
  const env = { PATH: process.env.PATH, AUREN_URL: stack.url, AUREN_KEY: stack.key };
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
  outputs = stdout.split(MARK);
});

afterAll(() => stack.stop());

/** The JSON answers in an output, one a line. */
const answersIn = (output: string): unknown[] =>
  output
    .split('\n')
    .filter((line) => /^[[{]/.test(line))
    .map((line) => JSON.parse(line));

it('has samples, and every one of them succeeds', () => {
  expect(samples.length).toBeGreaterThanOrEqual(4);
  // A sample that fails ends the shell: none after it would have been printed.
  expect(outputs).toHaveLength(samples.length + 1);
});

it('shows an answer for each sample that asks, and no problem among them', () => {
  for (const [index, { code }] of samples.entries()) {
    const answers = answersIn(outputs[index] ?? '');
    if (/\$AUREN_URL/.test(code)) expect(answers.length, code).toBeGreaterThan(0);
    for (const answer of answers) expect(answer, code).not.toHaveProperty('request_id');
  }
});

it('prints what it shows', () => {
  for (const [index, { code, shown }] of samples.entries()) {
    if (shown === undefined) continue;
    expect(missingKeys(shown, answersIn(outputs[index] ?? '').at(-1)), code).toEqual([]);
  }
});

it('would tell of an answer that looks different from the one shown', () => {
  const real = { results: [{ memory: { id: 'm' }, score: 1 }], took_ms: 3 };
  expect(missingKeys({ results: [{ memory: { id: 'x' }, score: 0 }] }, real)).toEqual([]);
  expect(missingKeys({ results: [{ memory: { key: 'x' } }], total: 1 }, real)).toEqual([
    '.results[0].memory.key',
    '.total',
  ]);
  expect(missingKeys({ took_ms: [] }, real)).toEqual(['.took_ms is no list']);
});

it('stores by age, and finds by search', () => {
  const search = samples.findIndex(({ code }) => code.includes('/v1/search'));
  const [answer] = answersIn(outputs[search] ?? '') as { results: { memory: { tier: string } }[] }[];

  expect(answer?.results.length).toBeGreaterThan(0);
  const stored = samples.flatMap((_, index) => (index < search ? [outputs[index] ?? ''] : [])).join();
  for (const tier of ['hot', 'warm', 'cold']) expect(stored).toContain(`"tier":"${tier}"`);
});
