/**
 * The live feed: from an event's `at`, which is taken right before its commit, to its arrival at a client. Gateway, broadcaster and engines
 * are in one process and its children, the clients in another, the changes come over HTTP from here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../local/progress.ts';
import type { Percentiles } from '../measure.ts';
import type { Gateway } from '../over-http.ts';
import { expect } from '../scenario.ts';
import type { Tenant } from '../stage.ts';
import { type Changes, prepareChanges } from './changes.ts';
import { Clients } from './clients.ts';
import { measureFloor } from './floor.ts';
import type { Received } from './messages.ts';

export interface FeedLevel {
  connections: number;
  /** Changes acknowledged in a second. */
  perSecond: number;
  /** Events that arrived in a second, all connections together. */
  deliveredPerSecond: number;
  eventsPerFrame: number;
  ms: Percentiles;
  floorMs: Percentiles;
  /** Medians: how many times the floor. */
  timesFloor: number;
}

export interface FeedOptions {
  levels: readonly number[];
  eventsPerSecond: number;
  seconds: number;
  warmUpSeconds: number;
}

/** How long the last events may take to reach every client. */
const ARRIVE_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 250;

export async function measureFeed(gateway: Gateway, { apiKey }: Tenant, options: FeedOptions): Promise<FeedLevel[]> {
  const changes = await prepareChanges(gateway.url, apiKey);
  const levels: FeedLevel[] = [];
  for (const connections of options.levels) {
    const level = await measureLevel(gateway, apiKey, connections, changes, options);
    const { ms, floorMs } = level;
    say(
      `feed, ${connections} connections: p50 ${ms.p50} p99 ${ms.p99} ms, floor p50 ${floorMs.p50} p99 ${floorMs.p99} ms`,
    );
    levels.push(level);
  }
  return levels;
}

async function measureLevel(
  { socketUrl }: Gateway,
  apiKey: string,
  connections: number,
  changes: Changes,
  { eventsPerSecond, seconds, warmUpSeconds }: FeedOptions,
): Promise<FeedLevel> {
  const clients = await Clients.open({ url: socketUrl, apiKey, connections });
  try {
    const warmUp = await changes.run(eventsPerSecond, warmUpSeconds);
    await arrived(clients, warmUp.events);
    await clients.reset();
    const begun = performance.now();
    const { events, perSecond } = await changes.run(eventsPerSecond, seconds);
    const received = await arrived(clients, events);
    const tookSeconds = (performance.now() - begun) / 1_000;
    const eventsPerFrame = (events * connections) / received.frames;
    const framesPerSecond = received.frames / connections / tookSeconds;
    const bytesPerFrame = Math.round(received.bytes / received.frames);
    const floor = await measureFloor(connections, { bytesPerFrame, framesPerSecond, seconds });
    return {
      connections,
      perSecond,
      deliveredPerSecond: Math.round((events * connections) / tookSeconds),
      eventsPerFrame: Number(eventsPerFrame.toFixed(1)),
      ms: received.ms,
      floorMs: floor.ms,
      timesFloor: Number((received.ms.p50 / floor.ms.p50).toFixed(1)),
    };
  } finally {
    await clients.close();
  }
}

/** Waits until every client has every event, and makes sure that none has one twice. */
async function arrived(clients: Clients, events: number): Promise<Received> {
  const deadline = performance.now() + ARRIVE_WITHIN_MS;
  let received = await clients.report();
  while (received.least < events) {
    expect(performance.now() < deadline, `every client gets ${events} events, one got ${received.least}`);
    await sleep(LOOK_EVERY_MS);
    received = await clients.report();
  }
  expect(received.most === events, `no client gets more than ${events} events, one got ${received.most}`);
  return received;
}
