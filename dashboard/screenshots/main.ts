/** `npm run screenshots`: a system of its own with two years of memories, and every view of the dashboard in light and dark, into docs/screenshots. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, createApi } from '../../local/demo/api.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { launchBrowser, type Page } from '../../test/support/browser.ts';
import { openDashboard, untilLive } from '../../test/support/dashboard.ts';
import { seed, use } from './seed.ts';

const TARGET = join(import.meta.dirname, '../../docs/screenshots');
/** Small enough that the line of the hot tier's capacity shows. */
const HOT_CAPACITY = '1000';
/** Some samples for the charts; the service tells its figures every 5 s. */
const BUSY_ROUNDS = 10;
/** The canvas is drawn without a graphics card. */
const SHOT_WITHIN_MS = 60_000;
const ROUND_MS = 2_500;

type Prepare = (page: Page, api: Api) => Promise<void>;

const settled: Prepare = async (page) => {
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(1_200);
};

/** The last round is under way when the picture is taken. */
async function busy(_page: Page, api: Api): Promise<void> {
  for (let round = 0; round < BUSY_ROUNDS; round += 1) {
    await use(api);
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
  await use(api);
}

async function simulate(page: Page): Promise<void> {
  await page.getByLabel('Priority at least').fill('5');
  await page.getByLabel('Searches to rehearse').fill('lentil soup\nwhat keeps in the fridge');
  await page.getByRole('button', { name: 'Simulate' }).click();
  await page.locator('.simulation').waitFor();
}

/** Name of the file -> where it is, and what is done there first. */
const SHOTS: Record<string, { view: string; prepare: Prepare }> = {
  overview: { view: 'overview', prepare: busy },
  live: { view: 'live', prepare: settled },
  memories: { view: 'memories?q=deep+sleep', prepare: settled },
  agents: { view: 'agents/kitchen', prepare: simulate },
  patterns: { view: 'patterns', prepare: settled },
  clock: { view: 'clock', prepare: settled },
};

async function shoot(stack: Stack): Promise<void> {
  const api = createApi(stack.url, stack.key);
  const browser = await launchBrowser();
  try {
    for (const [name, { view, prepare }] of Object.entries(SHOTS)) {
      for (const theme of ['light', 'dark'] as const) {
        const { page, close } = await openDashboard(browser, stack.url, { view, key: stack.key, theme });
        await untilLive(page);
        await prepare(page, api);
        const path = join(TARGET, `${name}-${theme}.png`);
        await page.screenshot({ path, timeout: SHOT_WITHIN_MS });
        console.log(path);
        await close();
      }
    }
  } finally {
    await browser.close();
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'auren-screenshots-'));
process.env.AUREN_HOT_CAPACITY = HOT_CAPACITY;
let stack: Stack | undefined;
try {
  mkdirSync(TARGET, { recursive: true });
  stack = await startStack({ port: 0, dataDir, log: (line) => console.log(line) });
  console.log('storing two years of memories ...');
  await seed(createApi(stack.url, stack.key));
  await shoot(stack);
} finally {
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(0);
