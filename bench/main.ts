/** `npm run bench`: starts engines of its own, fills them, measures every operation beside its floor, and says what was found. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { composeHotProjecting } from '@auren/memory/compose.ts';
import { say } from '../local/progress.ts';
import { openFloors } from './floors.ts';
import { describeMachine } from './machine.ts';
import { measure, type Result } from './measure.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { overHttp, startGateway } from './over-http.ts';
import { asText, type Report } from './report.ts';
import type { Scenario } from './scenario.ts';
import type { Bench } from './scenarios/bench-case.ts';
import { retrieving } from './scenarios/retrieve.ts';
import { searching } from './scenarios/search.ts';
import { storing } from './scenarios/store.ts';
import { drained, type Seeded, seed } from './seed.ts';
import { type Stage, setUp } from './stage.ts';

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

const wanted = (scenarios: Scenario[], { only }: BenchOptions) =>
  scenarios.filter(({ name }) => only.length === 0 || only.some((beginning) => name.startsWith(beginning)));

/**
 * What reads comes first, then HTTP, then what stores: the data set stays what it is for as long as possible, and the
 * gateway's consumers find no work left over from what was stored in process.
 */
async function run(
  stage: Stage,
  seeded: Seeded,
  options: BenchOptions,
): Promise<Pick<Report, 'inHandler' | 'overHttp'>> {
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
  if (wanted(overHttp({ url: '', stop: async () => undefined }, stage, seeded), options).length === 0) return [];
  const gateway = await startGateway(stage);
  try {
    return await measureAll(overHttp(gateway, stage, seeded), options, null);
  } finally {
    await gateway.stop();
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  const date = new Date().toISOString();
  const machine = describeMachine();
  const stage = await setUp(RESULTS_DIR);
  try {
    const seeded = await seed(stage, options);
    const report: Report = {
      date,
      machine,
      engines: stage.describe(),
      embedder: stage.embedder.model,
      memories: options.memories,
      users: options.users,
      ...(await run(stage, seeded, options)),
      loadAtEnd: Number(loadavg()[0]?.toFixed(2)),
    };
    mkdirSync(RESULTS_DIR, { recursive: true });
    const file = join(RESULTS_DIR, `${date.replaceAll(':', '-').slice(0, 19)}.json`);
    const json = JSON.stringify(report, null, 2);
    writeFileSync(file, `${json}\n`);
    console.log(options.json ? json : asText(report));
    say(`\nwritten to ${file}`);
  } finally {
    await stage.stop();
  }
}

await main();
