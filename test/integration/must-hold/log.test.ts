/** The log is the truth: one order for each memory, nothing lost to a reader, and nothing altered unseen. */
import { createPostgresLog } from '@auren/memory/log/log-postgres.ts';
import type { PlacedEvent } from '@auren/memory/model/event.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf, type Domain, domain, idsOf } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';

let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});

const eventsOf = async (tenantId: string) => {
  const [row] = await d.sql('select count(*)::int as n from auren.events where tenant_id = $1', [tenantId]);
  return row?.n as number;
};

describe('writers of one memory', () => {
  it('eight at once leave versions 1 to 9 without a gap and a chain that verifies', async () => {
    const { id } = await d.store();
    const writers = Array.from({ length: 8 }, (_, n) =>
      d.memory.update(d.caller(), id, { metadata: { [`w${n}`]: n } }, {}),
    );

    const outcomes = await Promise.allSettled(writers);
    const { events, verified } = await d.memory.history(d.caller(), id);
    const memory = await d.memory.retrieve(d.caller(), id, {});

    const done = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [n] : []));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(new Set(refused).size).toBeLessThanOrEqual(1);
    expect(refused.every((code) => code === 'conflict')).toBe(true);
    expect(events.map(({ seq, version }) => [seq, version])).toEqual(events.map((_, at) => [at + 1, at + 1]));
    expect([verified, events.length, memory.version]).toEqual([true, done.length + 1, done.length + 1]);
    expect(memory.metadata).toEqual(Object.fromEntries(done.map((n) => [`w${n}`, n])));
  });

  it('a stale If-Match is refused and leaves no trace', async () => {
    const { id } = await d.store();
    await d.memory.update(d.caller(), id, { priority: 6 }, { ifMatch: 1 });
    const before = await eventsOf(d.tenantId);

    const stale = await codeOf(d.memory.update(d.caller(), id, { priority: 7 }, { ifMatch: 1 }));

    expect([stale, await eventsOf(d.tenantId)]).toEqual(['stale_version', before]);
    expect(await d.memory.retrieve(d.caller(), id, {})).toMatchObject({ version: 2, priority: 6 });
  });

  it('of two with the same If-Match exactly one wins', async () => {
    const { id } = await d.store();
    const tries = [1, 2, 3, 4].map((priority) => codeOf(d.memory.update(d.caller(), id, { priority }, { ifMatch: 1 })));

    const outcomes = await Promise.all(tries);

    expect(outcomes.filter((outcome) => outcome === 'stale_version')).toHaveLength(3);
    expect((await d.memory.history(d.caller(), id)).events).toHaveLength(2);
  });
});

describe('a reader in order', () => {
  /** A transaction that takes its place in the log now and commits later. */
  async function holdOpen(client: pg.PoolClient, tenantId: string, streamId: string, seq: number, ms: number) {
    await client.query('begin');
    await client.query(
      `insert into auren.events (tenant_id, stream_id, seq, id, type, schema_version, at, actor, request_id, data, payload_hash, prev_hash, hash)
       values ($1, $2, $3, $4, 'policy.set', 1, now(), 'key:test', 'test', '{}', '', '', '')`,
      [tenantId, streamId, seq, `${streamId}/${seq}`],
    );
    await new Promise((resolve) => setTimeout(resolve, ms));
    await client.query('commit');
  }

  it('sees every event once and each stream in order while ten writers hold theirs open; by position alone it would not', async () => {
    const tenantId = uniqueName('order');
    const log = createPostgresLog(d.postgres);
    const pool = new pg.Pool({ connectionString: sharedEngines().DATABASE_URL, max: 12 });
    const [WRITERS, EVENTS] = [10, 20];
    let writing = true;
    const seen: PlacedEvent[] = [];
    const naive = new Set<string>();

    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const client = await pool.connect();
      for (let seq = 1; seq <= EVENTS; seq += 1)
        await holdOpen(client, tenantId, `s${writer}`, seq, Math.random() * 50);
      client.release();
    });
    /** Holds the earliest position of all for longest, so that the control has something to lose whatever the timing. */
    const slowest = (async () => {
      const client = await pool.connect();
      await holdOpen(client, tenantId, 'slowest', 1, 600);
      client.release();
    })();
    const reading = (async () => {
      for (let cursor: string | null = null, last = false; ; ) {
        last = !writing;
        const read = await log.read(tenantId, cursor, 7);
        seen.push(...read.events);
        cursor = read.cursor;
        if (last && read.events.length === 0 && !read.behindHorizon) return;
      }
    })();
    const control = (async () => {
      for (let position = '0'; writing; ) {
        const rows = await d.sql(
          'select id, position::text from auren.events where tenant_id = $1 and position > $2::bigint order by position',
          [tenantId, position],
        );
        for (const row of rows) naive.add(row.id as string);
        position = (rows.at(-1)?.position as string | undefined) ?? position;
      }
    })();
    await Promise.all([...writers, slowest]);
    writing = false;
    await Promise.all([reading, control]);
    await pool.end();

    const expected = WRITERS * EVENTS + 1;
    const ordered = Map.groupBy(seen, ({ streamId }) => streamId);
    expect([seen.length, new Set(idsOf(seen)).size]).toEqual([expected, expected]);
    for (const events of ordered.values()) expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    expect(naive.has('slowest/1')).toBe(false);
    expect(naive.size).toBeLessThan(expected);
  });
});

describe('history', () => {
  it('tells each change as from and to, and keeps telling that it was once the content is deleted', async () => {
    const { id } = await d.store({ content: { text: 'one' }, priority: 5 });
    await d.memory.update(d.caller(), id, { content: { text: 'two' }, priority: 6 }, { reason: 'corrected' });
    await d.memory.control(d.caller(), 'neuroscientist', { action: 'demote', memoryIds: [id] }, {});
    const changes = {
      content: { from: { text: 'one' }, to: { text: 'two' } },
      priority: { from: 5, to: 6 },
    };

    const living = await d.memory.history(d.caller(), id);
    await d.memory.delete(d.caller(), id, { reason: 'asked to' });
    const deleted = await d.memory.history(d.caller(), id);

    expect(living.events.map((event) => event.changes)).toEqual([null, changes, { tier: { from: 'hot', to: 'warm' } }]);
    expect(living.events[1]?.data).toMatchObject({ fields: ['content', 'priority'], reason: 'corrected' });
    expect(deleted.events.map(({ type }) => type)).toEqual([
      'memory.stored',
      'memory.updated',
      'memory.tier_changed',
      'memory.deleted',
    ]);
    expect(deleted.events.map((event) => [event.changes, event.payload])).toEqual(Array(4).fill([null, null]));
    expect(deleted.events[3]?.data).toEqual({ reason: 'asked to' });
    expect([living.verified, deleted.verified]).toEqual([true, true]);
  });

  it('gives a memory as it was at a time, and nothing from before it was there', async () => {
    const { id } = await d.store({ content: { text: 'first' } });
    const first = d.clock.instant();
    d.clock.advance({ seconds: 60 });
    await d.memory.update(d.caller(), id, { content: { text: 'second' } }, {});
    const asOf = (at: string) => d.memory.retrieve(d.caller(), id, { asOf: at });

    expect(await asOf(first)).toMatchObject({ content: { text: 'first' }, version: 1 });
    expect(await asOf(d.clock.instant())).toMatchObject({ content: { text: 'second' }, version: 2 });
    expect(await codeOf(asOf('2026-01-01T00:00:00.000Z'))).toBe('not_found');
    await d.memory.delete(d.caller(), id, {});
    expect(await codeOf(asOf(first))).toBe('not_found');
  });

  it.each([
    ['the payload', `payload = jsonb_set(payload, '{content,text}', '"forged"')`, 1],
    ['the priority in the header', 'priority = 9.9', 2],
    ['who did it', `actor = 'agent:someone-else'`, 2],
    ['when it was', `at = at - interval '1 day'`, 1],
    ['a hash', `hash = repeat('0', 64)`, 1],
    ['what the event says', `data = data || '{"reason": "forged"}'`, 2],
  ])('shows that %s was altered in the database', async (_, change, seq) => {
    const { id } = await d.store();
    await d.memory.update(d.caller(), id, { priority: 6 }, {});
    const before = (await d.memory.history(d.caller(), id)).verified;

    await d.sql(`update auren.events set ${change} where tenant_id = $1 and stream_id = $2 and seq = $3`, [
      d.tenantId,
      id,
      seq,
    ]);

    expect([before, (await d.memory.history(d.caller(), id)).verified]).toEqual([true, false]);
  });

  it('shows that an event was taken out of the middle', async () => {
    const { id } = await d.store();
    for (const priority of [6, 7]) await d.memory.update(d.caller(), id, { priority }, {});

    await d.sql('delete from auren.events where tenant_id = $1 and stream_id = $2 and seq = 2', [d.tenantId, id]);

    expect((await d.memory.history(d.caller(), id)).verified).toBe(false);
  });
});
