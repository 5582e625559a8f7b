/** `npm run bench`: starts engines of its own, fills them, measures every operation beside its floor, and says what was found. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@auren/memory/clock.ts';
import { composeHotProjecting } from '@auren/memory/compose.ts';
import { say } from '../local/progress.ts';
import { measureFeed } from './feed/measure.ts';
import { openFloors } from './floors.ts';
import { describeMachine } from './machine.ts';
import { measure, type Result } from './measure.ts';
import { MovableClock } from './movable-clock.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { overHttp, startGateway } from './over-http.ts';
import { asText, type OperationsReport, type Report } from './report.ts';
import type { Scenario } from './scenario.ts';
import type { Bench } from './scenarios/bench-case.ts';
import { retrieving } from './scenarios/retrieve.ts';
import { searching } from './scenarios/search.ts';
import { storing } from './scenarios/store.ts';
import { drained, type Seeded, seed } from './seed.ts';
import { type Stage, setUp } from './stage.ts';
import { measureSweep } from './sweep/measure.ts';

/** Measured on engines of their own. */
const BY_THEMSELVES = ['sweep', 'feed'];
const RESULTS_DIR = join(import.meta.dirname, 'results');

async function measureAll(scenarios: Scenario[], options: BenchOptions, stage: Stage | null): Promise<Result[]> {
  const results: Result[] = [];
  for (const scenario of wanted(scenarios, options)) {
    const result = await measure(scenario, options, stage?.roundTrips ?? null);
    results.push(result);
    say(
      `${result.title}: p50 ${result.ms.p50} p99 ${result.ms.p99} ms, x${result.timesFloor}, ${result.load.perSecond} ${result.unit}/s`,
    );
  }
  return results;
}

const isWanted = (name: string, { only }: BenchOptions) =>
  only.length === 0 || only.some((beginning) => name.startsWith(beginning));

const wanted = (scenarios: Scenario[], options: BenchOptions) =>
  scenarios.filter(({ name }) => isWanted(name, options));

/**
 * What reads comes first, then HTTP, then what stores: the data set stays what it is for as long as possible, and the
 * gateway's consumers find no work left over from what was stored in process.
 */
async function run(
  stage: Stage,
  seeded: Seeded,
  options: BenchOptions,
): Promise<Pick<OperationsReport, 'inHandler' | 'overHttp'>> {
  const bench: Bench = {
    stage,
    seeded,
    floors: await openFloors(stage, seeded.hot),
    renewLease: () => drained(composeHotProjecting(), stage.reads.id, null, () => 0),
  };
  const reading = await measureAll([...(await retrieving(bench)), ...(await searching(bench))], options, stage);
  const overHttp = await throughGateway(stage, seeded, options);
  const storingResults = await measureAll(await storing(bench), options, stage);
  return { inHandler: [...reading, ...storingResults], overHttp };
}

async function throughGateway(stage: Stage, seeded: Seeded, options: BenchOptions): Promise<Result[]> {
  if (wanted(overHttp({ url: '' }, stage, seeded), options).length === 0) return [];
  const gateway = await startGateway(stage);
  try {
    return await measureAll(overHttp(gateway, stage, seeded), options, null);
  } finally {
    await gateway.stop();
  }
}

/** Engines of its own and a clock that only moves on here: the others' memories must not come of age. */
async function sweeping(options: BenchOptions): Promise<Pick<Report, 'sweep'>> {
  if (!isWanted('sweep', options)) return {};
  const clock = new MovableClock();
  const stage = await setUp(RESULTS_DIR, clock);
  try {
    return { sweep: await measureSweep(stage, clock, options.sweptMemories) };
  } finally {
    await stage.stop();
  }
}

/** Engines of its own: what the other measurements have stored is not in its log. */
async function feeding({ feed, ...options }: BenchOptions): Promise<Pick<Report, 'feed'>> {
  if (!isWanted('feed', { feed, ...options })) return {};
  const stage = await setUp(RESULTS_DIR, systemClock);
  try {
    const gateway = await startGateway(stage);
    try {
      return { feed: await measureFeed(gateway, stage.writes, feed) };
    } finally {
      await gateway.stop();
    }
  } finally {
    await stage.stop();
  }
}

async function operations(options: BenchOptions): Promise<OperationsReport | undefined> {
  if (options.only.length > 0 && options.only.every((name) => BY_THEMSELVES.includes(name))) return undefined;
  const stage = await setUp(RESULTS_DIR, systemClock);
  try {
    const seeded = await seed(stage, options);
    const { embedder } = stage;
    const { memories, users } = options;
    return {
      engines: stage.describe(),
      embedder: embedder.model,
      memories,
      users,
      ...(await run(stage, seeded, options)),
    };
  } finally {
    await stage.stop();
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  const date = new Date().toISOString();
  const report: Report = {
    date,
    machine: describeMachine(),
    operations: await operations(options),
    ...(await sweeping(options)),
    ...(await feeding(options)),
    loadAtEnd: Number(loadavg()[0]?.toFixed(2)),
  };
  mkdirSync(RESULTS_DIR, { recursive: true });
  const file = join(RESULTS_DIR, `${date.replaceAll(':', '-').slice(0, 19)}.json`);
  const json = JSON.stringify(report, null, 2);
  writeFileSync(file, `${json}\n`);
  console.log(options.json ? json : asText(report));
  say(`\nwritten to ${file}`);
}

await main();
