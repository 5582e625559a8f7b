/**
 * `npm run demo`: the system in a directory of its own, which leaves with it. First each promise once, then a year and a half of several
 * agents in two minutes. Exit code 1 where something did not hold.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Stack, startStack } from '../stack.ts';
import { type Api, createApi, DemoFailed } from './api.ts';
import { ACTS } from './play.ts';
import { actLine, heading, weekLine } from './print.ts';
import { liveYears, takeStock } from './years.ts';

const USAGE = `npm run demo -- [--weeks <n>]
  --weeks <n>   how long a life to live, 1 to 520 weeks; 78 by default`;
const WEEKS = '78';
const WEEKS_MAX = 520;
/** Small, so that pressure shows. */
const HOT_CAPACITY = '90';

function readWeeks(): number {
  const { values } = parseArgs({ options: { weeks: { type: 'string', default: WEEKS } } });
  const weeks = Number(values.weeks);
  if (Number.isInteger(weeks) && weeks >= 1 && weeks <= WEEKS_MAX) return weeks;
  throw new DemoFailed(`--weeks takes a whole number from 1 to ${WEEKS_MAX}.\n\n${USAGE}`);
}

async function play(api: Api): Promise<void> {
  console.log(heading('Each promise once'));
  for (const { title, play: perform } of ACTS) console.log(actLine(title, await perform(api)));
}

async function live(api: Api, stack: Stack, weeks: number): Promise<void> {
  console.log(heading(`A life of ${weeks} weeks; the hot tier takes ${HOT_CAPACITY} memories`));
  const { total_memories: before } = await api.get<{ total_memories: number }>('/v1/stats');
  const lived = await liveYears({ api, clock: stack.clock, weeks, told: (week) => console.log(weekLine(week)) });
  const { total_memories: total, tier_distribution: tiers } = await takeStock(api, before, lived);
  const { hot, warm, cold } = tiers;
  console.log(
    heading(`${lived.stored} stored, ${lived.expired} expired as they were told to, nothing else is missing`),
  );
  console.log(`${total} memories: ${hot} hot, ${warm} warm, ${cold} cold`);
}

async function main(): Promise<void> {
  const weeks = readWeeks();
  const dataDir = mkdtempSync(join(tmpdir(), 'auren-demo-'));
  process.env.AUREN_HOT_CAPACITY = HOT_CAPACITY;
  let stack: Stack | undefined;
  try {
    stack = await startStack({ port: 0, dataDir, log: (line) => console.error(line) });
    const api = createApi(stack.url, stack.key);
    await play(api);
    await live(api, stack, weeks);
    console.log(`\ndone in ${Math.round(performance.now() / 1_000)} s`);
  } finally {
    await stack?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof DemoFailed ? `The demo failed: ${error.message}` : error);
  process.exit(1);
}
