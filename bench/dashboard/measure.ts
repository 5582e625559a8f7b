/**
 * `npm run bench:dashboard`: what a frame costs the dashboard while 100 events a second arrive, and how much JavaScript it loads. A
 * frame's cost is the time from its first callback to the first task after it: scripts, style, layout and paint.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DashboardBuild } from '../../local/dashboard/build.ts';
import { type Api, createApi } from '../../local/demo/api.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type Browser, launchBrowser } from '../../test/support/browser.ts';
import { openDashboard, untilLive } from '../../test/support/dashboard.ts';

const EVENTS_PER_SECOND = 100;
const A_BATCH = 20;
const SECONDS = 15;

const RECORD_FRAMES = `{
  globalThis.frames_ = [];
  const after = new MessageChannel();
  let began = 0;
  after.port1.onmessage = () => frames_.push(performance.now() - began);
  const frame = () => {
    began = performance.now();
    after.port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}`;

const quantile = (sorted: readonly number[], share: number) =>
  Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;

async function storeAtRate(api: Api): Promise<void> {
  const everyMs = (1_000 * A_BATCH) / EVENTS_PER_SECOND;
  const memories = Array.from({ length: A_BATCH }, (_, at) => ({
    agent_id: `agent-${at % 4}`,
    type: 'fact',
    content: `${at}`,
  }));
  const began = performance.now();
  for (let batch = 0; batch < (SECONDS * EVENTS_PER_SECOND) / A_BATCH; batch += 1) {
    const wait = began + batch * everyMs - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    await api.post('/v1/memories/batch', { memories });
  }
}

async function frames(browser: Browser, stack: Stack, view: string) {
  const { page, close } = await openDashboard(browser, stack.url, { view, key: stack.key });
  await untilLive(page);
  await page.waitForTimeout(2_000);
  await page.evaluate(RECORD_FRAMES);
  await storeAtRate(createApi(stack.url, stack.key));
  const taken: number[] = await page.evaluate('frames_');
  await close();
  const sorted = taken.toSorted((one, other) => one - other);
  return {
    view,
    frames: sorted.length,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    over16: `${((100 * sorted.filter((ms) => ms > 16).length) / sorted.length).toFixed(1)} %`,
  };
}

async function scripts(): Promise<{ file: string; gzip: number }[]> {
  const files = await new DashboardBuild().files();
  return [...files]
    .filter(([path]) => path.endsWith('.js'))
    .map(([file, { body }]) => ({ file, gzip: gzipSync(body).length }))
    .sort((one, other) => other.gzip - one.gzip);
}

const dataDir = mkdtempSync(join(tmpdir(), 'auren-bench-dashboard-'));
let stack: Stack | undefined;
let browser: Browser | undefined;
try {
  const sizes = await scripts();
  console.table(sizes);
  console.log(`JavaScript in all: ${sizes.reduce((sum, { gzip }) => sum + gzip, 0)} bytes gzipped`);
  stack = await startStack({ port: 0, dataDir, log: () => undefined });
  browser = await launchBrowser();
  const measured = [];
  for (const view of ['overview', 'live']) measured.push(await frames(browser, stack, view));
  console.log(`ms a frame, ${EVENTS_PER_SECOND} events a second over ${SECONDS} s:`);
  console.table(measured);
} finally {
  await browser?.close();
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(0);
