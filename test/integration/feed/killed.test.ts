/** The broadcaster killed (-9) before and after every step: a client that resumes has every event once and in order. */
import { fileURLToPath } from 'node:url';
import { composeBroadcasting, composeFollowing } from '@auren/memory/compose.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { frameCodec } from '../../../functions/shared/wire/frames.ts';
import { type Domain, domain, idsOf } from '../../support/domain.ts';
import type { Order, PostedFrame } from '../../support/dying-broadcaster.ts';
import { sharedEngines } from '../../support/engines.ts';
import { FeedClient, Network } from '../../support/feed-client.ts';
import { type MortalProcesses, mortalProcesses } from '../../support/mortal-process.ts';

const EVENTS = 150;
/** Two steps of the greeting, three frames, what is stored between them, and the end. */
const KILLS_MIN = 10;

let processes: MortalProcesses<Order>;
beforeAll(async () => {
  processes = await mortalProcesses<Order>(
    fileURLToPath(new URL('../../support/dying-broadcaster.ts', import.meta.url)),
  );
});
afterAll(() => processes.stop());

const isPosted = (message: unknown): message is PostedFrame =>
  typeof message === 'object' && message !== null && 'frame' in message;

async function stored(d: Domain): Promise<string[]> {
  const start = await d.ports.log.horizon(d.tenantId);
  const drafts = Array.from({ length: EVENTS }, (_, n) => ({ agentId: 'a', type: 'fact' as const, content: { n } }));
  await d.memory.storeBatch(d.caller(), drafts);
  const query = { order: 'asc' as const, limit: EVENTS, filter: {}, after: start };
  return [start, ...idsOf((await d.memory.events(d.caller(), query)).events)];
}

it('loses nothing, and nothing comes twice', async () => {
  const network = new Network();
  const d = await domain(sharedEngines(), { ports: { poster: network } });
  const feed = await composeFollowing();
  const broadcast = async () => {
    // The lease of the dead runs out.
    await d.sql('update auren.consumers set lease_until = now() where tenant_id = $1', [d.tenantId]);
    await (await composeBroadcasting(frameCodec)).drain(d.tenantId, new Date(Date.now() + 20_000));
  };
  let kills = 0;
  for (const moment of ['before', 'after'] as const) {
    for (let step = 1; ; step += 1) {
      const [start = '', ...expected] = await stored(d);
      const client = new FeedClient(feed, network, d.caller());
      await client.open({ after: start });
      const order = { env: { ...process.env }, tenantId: d.tenantId, now: d.clock.instant(), step, moment };
      const end = await processes.run(order, (message) => {
        if (isPosted(message)) void network.post(message.connectionId, message.frame);
      });

      await broadcast();
      for (let n = 0; n < 2; n += 1) await client.ping();
      await broadcast();

      expect([moment, step, client.resyncs, idsOf(client.delivered)]).toEqual([moment, step, 0, expected]);
      await client.cut(true);
      if (end !== 'SIGKILL') break;
      kills += 1;
    }
  }
  expect(kills).toBeGreaterThan(KILLS_MIN);
}, 120_000);
