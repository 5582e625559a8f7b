/** The results as a table for people and as JSON for machines. */
import type { FeedLevel } from './feed/measure.ts';
import type { Machine } from './machine.ts';
import type { Result } from './measure.ts';
import type { RoundTrips } from './round-trips.ts';
import type { SweepResult } from './sweep/measure.ts';

/** What single operations take, on the data set of all of them. */
export interface OperationsReport {
  engines: string[];
  embedder: string;
  memories: number;
  users: number;
  inHandler: Result[];
  overHttp: Result[];
}

export interface Report {
  date: string;
  machine: Machine;
  loadAtEnd: number;
  operations: OperationsReport | undefined;
  sweep?: SweepResult;
  feed?: FeedLevel[];
}

const HEAD = ['', 'p50', 'p95', 'p99 ms', 'x floor', 'round trips', 'callers', '/s', 'p99 ms', 'floor /s', 'goal'];

const trips = (taken: RoundTrips): string =>
  Object.entries(taken)
    .filter(([, count]) => count > 0)
    .map(([engine, count]) => `${engine} ${count}`)
    .join(' ');

const goals = ({ goals: all }: Result): string =>
  all.map(({ goal, isMet }) => `${goal} ${isMet ? 'met' : 'MISSED'}`).join(', ');

const line = (result: Result): string[] => [
  result.title,
  ...[result.ms.p50, result.ms.p95, result.ms.p99].map((ms) => ms.toFixed(2)),
  result.timesFloor.toFixed(1),
  trips(result.roundTrips),
  String(result.load.callers),
  result.load.perSecond.toLocaleString('en'),
  result.load.ms.p99.toFixed(1),
  result.load.floorPerSecond.toLocaleString('en'),
  goals(result) + (result.degradedCalls > 0 ? ` (${result.degradedCalls} degraded)` : ''),
];

/** Markdown, aligned, so that it can be read as it is and pasted into docs/. */
const table = (results: readonly Result[]): string => aligned(HEAD, results.map(line));

function aligned(head: readonly string[], body: readonly string[][]): string {
  const lines = [head, ...body];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [row(head), rule, ...body.map(row)].join('\n');
}

function operationsText({ engines, embedder, memories, users, inHandler, overHttp }: OperationsReport): string[] {
  const floors = inHandler.map(({ title, floorTitle, floorMs }) => `  ${title}: ${floorTitle}, p50 ${floorMs.p50} ms`);
  return [
    `${memories} memories of ${users} users · embedder ${embedder}`,
    ...engines,
    '',
    'In the handler (use case called in process): one caller, then many',
    table(inHandler),
    '',
    'Floors',
    ...floors,
    ...(overHttp.length === 0
      ? []
      : ['', 'Over HTTP, through the local gateway in a process of its own', table(overHttp)]),
  ];
}

function sweepText({ memories, runs, floorPerSecond, timesFloor, coldCopiesPerSecond, goal }: SweepResult): string[] {
  const lines = runs.map(
    ({ due, seconds, perSecond, grownMb, roundTrips }) =>
      `  ${due} due: ${seconds} s, ${perSecond} moves/s, at most ${grownMb} MB more alive than at its start; ${trips(roundTrips)}`,
  );
  return [
    '',
    `A sweep over ${memories.toLocaleString('en')} memories: ${goal.goal} ${goal.isMet ? 'met' : 'MISSED'}`,
    ...lines,
    `  floor: ${floorPerSecond} rows/s (x${timesFloor}); cold copies made and read back afterwards: ${coldCopiesPerSecond}/s`,
  ];
}

const FEED_HEAD = [
  'connections',
  'changes/s',
  'delivered/s',
  'events a frame',
  'p50',
  'p95',
  'p99 ms',
  'floor p50',
  'floor p99 ms',
];

const feedLine = ({ connections, perSecond, deliveredPerSecond, eventsPerFrame, ms, floorMs }: FeedLevel): string[] => [
  connections.toLocaleString('en'),
  String(perSecond),
  deliveredPerSecond.toLocaleString('en'),
  String(eventsPerFrame),
  ...[ms.p50, ms.p95, ms.p99, floorMs.p50, floorMs.p99].map((value) => value.toFixed(1)),
];

const feedText = (levels: FeedLevel[]): string[] => [
  '',
  'The live feed: from right before the commit to a client',
  aligned(FEED_HEAD, levels.map(feedLine)),
];

export function asText({ date, machine, loadAtEnd, operations, sweep, feed }: Report): string {
  return [
    `${date} · ${machine.cores} cores, ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node} ${machine.nodeOptions}`,
    `load ${machine.load} before, ${loadAtEnd} after`,
    ...(operations ? operationsText(operations) : []),
    ...(sweep ? sweepText(sweep) : []),
    ...(feed ? feedText(feed) : []),
  ].join('\n');
}
