/** The command line: what to measure, and how long. */
import { parseArgs } from 'node:util';
import type { FeedOptions } from './feed/measure.ts';

export interface BenchOptions {
  json: boolean;
  quick: boolean;
  /** Names of scenarios, or beginnings of them; empty measures all. */
  only: string[];
  memories: number;
  users: number;
  /** In the tenant that is swept. */
  sweptMemories: number;
  /** How long each scenario is measured: one caller beside its floor, then many. */
  latencySeconds: number;
  loadSeconds: number;
  warmUpSeconds: number;
  feed: FeedOptions;
}

export const USAGE = `npm run bench -- [options]
  --quick         2,000 memories and short measurements: under a minute
  --only <name>   measure what begins with this name; may be repeated
  --json          print the results as JSON instead of a table`;

const FULL = {
  memories: 10_000,
  users: 100,
  sweptMemories: 100_000,
  latencySeconds: 3,
  loadSeconds: 3,
  warmUpSeconds: 0.7,
  feed: { levels: [1, 100, 1_000], eventsPerSecond: 100, seconds: 20, warmUpSeconds: 3 },
};
const QUICK = {
  memories: 2_000,
  users: 20,
  sweptMemories: 5_000,
  latencySeconds: 0.5,
  loadSeconds: 0.4,
  warmUpSeconds: 0.15,
  feed: { levels: [1, 100], eventsPerSecond: 100, seconds: 4, warmUpSeconds: 1 },
};

/** Throws on an option that is not known. */
export function readOptions(args: string[]): BenchOptions & { help: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  return { ...(values.quick ? QUICK : FULL), ...values };
}
