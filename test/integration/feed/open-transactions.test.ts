/** Ten writers that hold their transactions open: the feed misses nothing, where a reader of positions alone would. */
import { setTimeout as sleep } from 'node:timers/promises';
import { composeBroadcasting, composeFollowing } from '@auren/memory/compose.ts';
import pg from 'pg';
import { expect, it } from 'vitest';
import { frameCodec } from '../../../functions/shared/wire/frames.ts';
import { domain, idsOf } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { FeedClient, Network } from '../../support/feed-client.ts';
import { poked } from '../../support/poked.ts';

const WRITERS = 10;
const EVENTS = 20;
const HELD_MS = 50;
/** The earliest place of all is held for longest, so that the control has something to lose whatever the timing. */
const SLOWEST_MS = 600;

const INSERT = `insert into auren.events (tenant_id, stream_id, seq, id, type, schema_version, at, actor, request_id, data, payload_hash, prev_hash, hash)
  values ($1, $2, $3, $4, 'policy.set', 1, now(), 'key:test', 'test', '{}', '', '', '')`;

it('reaches a client whole and in the order of each stream', async () => {
  const network = new Network();
  const queue = poked(async (tenantId) =>
    (await composeBroadcasting(frameCodec)).drain(tenantId, new Date(Date.now() + 20_000)),
  );
  const d = await domain(sharedEngines(), { ports: { poster: network, poke: queue } });
  const client = new FeedClient(await composeFollowing(), network, d.caller(), { events: ['policy.*'] });
  await client.open();
  await expect.poll(() => client.isSubscribed).toBe(true);
  const pool = new pg.Pool({ connectionString: sharedEngines().DATABASE_URL, max: WRITERS + 1 });
  const write = async (stream: string, events: number, heldMs: () => number) => {
    const connection = await pool.connect();
    for (let seq = 1; seq <= events; seq += 1) {
      await connection.query('begin');
      await connection.query(INSERT, [d.tenantId, stream, seq, `${stream}/${seq}`]);
      await sleep(heldMs());
      await connection.query('commit');
      await queue.poke(d.tenantId);
    }
    connection.release();
  };
  let isWriting = true;
  const naive = new Set<string>();
  const control = (async () => {
    for (let position = '0'; isWriting; ) {
      const rows = await d.sql(
        "select id, position::text from auren.events where tenant_id = $1 and type = 'policy.set' and position > $2::bigint order by position",
        [d.tenantId, position],
      );
      for (const row of rows) naive.add(row.id as string);
      position = (rows.at(-1)?.position as string | undefined) ?? position;
    }
  })();

  await Promise.all([
    write('slowest', 1, () => SLOWEST_MS),
    ...Array.from({ length: WRITERS }, (_, n) => write(`s${n}`, EVENTS, () => Math.random() * HELD_MS)),
  ]);
  isWriting = false;
  await Promise.all([control, queue.settled()]);
  await pool.end();

  const ids = idsOf(client.delivered);
  const all = WRITERS * EVENTS + 1;
  expect([ids.length, new Set(ids).size]).toEqual([all, all]);
  for (const [stream, events] of Map.groupBy(ids, (id) => id.split('/')[0])) {
    expect(events).toEqual(events.map((_, at) => `${stream}/${at + 1}`));
  }
  expect(naive.has('slowest/1')).toBe(false);
  expect(naive.size).toBeLessThan(all);
}, 30_000);
