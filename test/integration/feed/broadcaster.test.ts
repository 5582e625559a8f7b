/** The live feed on PostgreSQL and Redis: what a connection is sent, from its subscription on. */
import { composeBroadcasting, composeFollowing } from '@auren/memory/compose.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { frameCodec } from '../../../functions/shared/wire/frames.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';
import { type InMemoryPoster, inMemoryPoster } from '../../support/in-memory/poster.ts';

let d: Domain;
let poster: InMemoryPoster;
let feed: Awaited<ReturnType<typeof composeFollowing>>;
beforeEach(async () => {
  poster = inMemoryPoster();
  d = await domain(sharedEngines(), { ports: { poster } });
  feed = await composeFollowing();
});

const broadcast = async () => (await composeBroadcasting(frameCodec)).drain(d.tenantId, new Date(Date.now() + 20_000));

async function connected(caller: Caller = d.caller()): Promise<string> {
  const id = uniqueName('connection');
  await feed.connect(caller, id);
  return id;
}

describe('a subscription', () => {
  it('is told where it begins, then gets what is stored after it, and nothing of before', async () => {
    await d.store();
    const id = await connected();
    await feed.subscribe(d.caller(), id, { id: 's1', filter: {} }, 'now');
    await broadcast();
    const memory = await d.store();

    const report = await broadcast();

    const [subscribed, events, ...more] = poster.framesTo(id);
    expect(subscribed).toEqual({ kind: 'subscribed', id: 's1', cursor: expect.any(String) });
    expect(events).toMatchObject({
      kind: 'events',
      after: subscribed?.cursor,
      events: [{ type: 'memory.stored', memory_id: memory.id }],
    });
    expect(events?.cursor).toBe(events?.events?.[0]?.cursor);
    expect(more).toEqual([]);
    expect(report).toMatchObject({ caughtUp: true, heldElsewhere: false, events: 1 });
  });
});
