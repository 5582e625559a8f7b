/** Every event exactly once and in order, whatever happens to posts and connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { composeBroadcasting, composeFollowing } from '@auren/memory/compose.ts';
import type { EventFilter } from '@auren/memory/log/port.ts';
import type { PlacedEvent } from '@auren/memory/model/event.ts';
import { expect, it } from 'vitest';
import { frameCodec } from '../../../functions/shared/wire/frames.ts';
import { type Domain, domain, idsOf } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { FeedClient, Network } from '../../support/feed-client.ts';
import { poked } from '../../support/poked.ts';

const CLIENTS = 20;
const EVENTS = 5_000;
const BATCH = 50;
const CUTS = 200;
const AGENTS = ['a', 'b', 'c', 'd'];
const CHANCES = { lost: 0.02, delayed: 0.05, twice: 0.05, late: 0.05, busy: 0.05 };
/** What clients want to see: all, much, little. */
const FILTERS: EventFilter[] = [
  {},
  { agentIds: ['a', 'b'] },
  { minPriority: 9 },
  { events: ['memory.*'], types: ['fact'] },
];

async function allOf(d: Domain, start: string, filter: EventFilter): Promise<PlacedEvent[]> {
  const found: PlacedEvent[] = [];
  for (let after = start; ; ) {
    const page = await d.memory.events(d.caller(), { order: 'asc', limit: 1_000, filter, after });
    found.push(...page.events);
    if (page.nextCursor === null) return found;
    after = page.nextCursor;
  }
}

/** In numbers: thousands of ids say nothing. */
function faultsIn(delivered: readonly string[], expected: readonly string[]) {
  const got = new Set(delivered);
  return {
    missing: expected.filter((id) => !got.has(id)).length,
    twice: delivered.length - got.size,
    inOrder: [...got].join() === expected.filter((id) => got.has(id)).join(),
  };
}

it('reaches 20 clients that are cut 200 times, over posts that are lost, late, doubled, refused and out of order', async () => {
  const network = new Network(Math.random, CHANCES);
  const queue = poked((tenantId) => composeBroadcasting(frameCodec).then((one) => one.drain(tenantId, inMs(20_000))));
  const d = await domain(sharedEngines(), { ports: { poster: network, poke: queue } });
  const feed = await composeFollowing();
  const clients = Array.from(
    { length: CLIENTS },
    (_, n) => new FeedClient(feed, network, d.caller(), FILTERS[n % FILTERS.length]),
  );
  const start = await d.ports.log.horizon(d.tenantId);
  await Promise.all(clients.map((client) => client.open({ after: start })));

  let isWriting = true;
  const writing = (async () => {
    for (let n = 0; n < EVENTS; n += BATCH) {
      const drafts = Array.from({ length: BATCH }, (_, at) => ({
        agentId: AGENTS[at % AGENTS.length] ?? 'a',
        type: at % 3 === 0 ? ('fact' as const) : ('insight' as const),
        content: { n: n + at },
        priority: at % 11 === 0 ? 9 : 5,
      }));
      await d.memory.storeBatch(d.caller(), drafts);
    }
    isWriting = false;
  })();
  const cutting = (async () => {
    for (let n = 0; n < CUTS; n += 1) {
      const client = clients[Math.floor(Math.random() * CLIENTS)];
      await client?.cut(Math.random() < 0.5);
      await client?.open();
      if (isWriting) await sleep(Math.random() * 30);
    }
  })();
  await Promise.all([writing, cutting]);
  network.chances = { ...CHANCES, lost: 0 };
  const expected = await Promise.all(FILTERS.map(async (filter) => idsOf(await allOf(d, start, filter))));
  const isDone = () =>
    clients.every(({ delivered }, n) => delivered.length >= (expected[n % FILTERS.length]?.length ?? 0));
  for (const until = Date.now() + 30_000; !isDone() && Date.now() < until; ) {
    await Promise.all(clients.map((client) => client.ping()));
    await sleep(50);
  }
  await queue.settled();

  expect(expected[0]).toHaveLength(EVENTS);
  const faults = clients.map(({ delivered, resyncs }, n) => ({
    resyncs,
    ...faultsIn(idsOf(delivered), expected[n % FILTERS.length] ?? []),
  }));
  expect(faults).toEqual(clients.map(() => ({ resyncs: 0, missing: 0, twice: 0, inOrder: true })));
}, 120_000);

const inMs = (ms: number) => new Date(Date.now() + ms);
