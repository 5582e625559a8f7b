/** A person is erased on real engines: in slices of time, while others write, with an engine down, and to the last byte in Redis's file. */
import { join } from 'node:path';
import type { Certificate } from '@auren/memory/erasure/certificate.ts';
import { verifyChain } from '@auren/memory/log/chain.ts';
import type { MemoryDraft } from '@auren/memory/memory.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { filesHolding } from '../../support/byte-search.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { codeOf, type Domain, domain, idsOf } from '../../support/domain.ts';
import { removeDirectory, temporaryDirectory } from '../../support/engine-directory.ts';
import { ownEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';
import { hasRedisServer } from '../../support/redis-server.ts';

const AGENT = 'neuroscientist';
const AGES_DAYS = [0, -100, -800];
const AGAIN = { timeout: 10_000, interval: 50 };

const dataDir = temporaryDirectory();
const engines = ownEngines({ dataDir });
let d: Domain;
let user: string;
beforeAll(async () => {
  d = await domain(engines().env);
  return () => removeDirectory(dataDir);
});

let isChromaDown = false;
afterEach(async () => {
  if (isChromaDown) await engines().chroma.revive();
  isChromaDown = false;
});

const drafts = (count: number, fields: Partial<MemoryDraft> = {}): MemoryDraft[] =>
  Array.from({ length: count }, (_, n) => ({
    agentId: AGENT,
    userId: user,
    type: 'fact' as const,
    content: { text: `number ${n} of ${user}` },
    createdAt: daysAfter(NOON, AGES_DAYS[n % AGES_DAYS.length] ?? 0),
    ...fields,
  }));
const storeAll = async (all: MemoryDraft[]) => (await d.memory.storeBatch(d.caller(), all)).memories;
const erase = (ms = 20_000) => d.memory.erase(d.caller(), user, { deadline: new Date(Date.now() + ms) });

/** Calls until there is a certificate, as a caller does that is answered 202. */
async function eraseInSlices(ms: number): Promise<{ certificate: Certificate; calls: number }> {
  for (let calls = 1; calls <= 1_000; calls += 1) {
    const { certificate } = await erase(ms);
    if (certificate !== null) return { certificate, calls };
  }
  throw new Error('an erasure does not end');
}

const living = async () =>
  (await d.ports.catalog.list(d.caller(), { userId: user, order: 'created_at', limit: 10_000 }, d.clock.instant()))
    .items;
const streamsOfUser = async () => {
  const text = 'select stream_id from auren.events where tenant_id = $1 and user_id = $2 and seq = 1';
  return (await d.sql(text, [d.tenantId, user])).map((row) => String(row.stream_id));
};
const withPayload = async () => {
  const text = `select count(*)::int as n from auren.events e where tenant_id = $1 and user_id = $2 and payload is not null
    and not exists (select from auren.memories m where m.tenant_id = e.tenant_id and m.id = e.stream_id)`;
  return (await d.sql(text, [d.tenantId, user]))[0]?.n;
};

describe('a person with many memories', () => {
  it('is erased in slices; the counts are those of all of them, and the chains verify', async () => {
    user = uniqueName('many');
    const stored = await storeAll(drafts(300));
    stored.push(...(await storeAll(drafts(60, { visibility: 'agent', agentId: 'coach' }))));
    await d.drain();

    const { certificate, calls } = await eraseInSlices(0);

    expect(calls).toBeGreaterThan(2);
    expect(certificate.counts).toMatchObject({ hot: 120, warm: 120, cold: 120, index: 360, events: 360 });
    expect(certificate.chain).toEqual({ verified: true, memories: 360 });
    expect([await living(), await withPayload()]).toEqual([[], 0]);
    expect(await d.ports.vectors.marks(d.tenantId, idsOf(stored))).toEqual(new Map());
    expect(await d.ports.hot.get(d.tenantId, idsOf(stored))).toEqual(new Map());
    await d.drain();
    expect([await d.ports.vectors.count(d.tenantId), await d.ports.hot.count(d.tenantId)]).toEqual([0, 0]);
  });

  it('loses expired memories that no sweep has ended yet, too', async () => {
    user = uniqueName('expired');
    await storeAll(drafts(3, { ttlSeconds: 60, createdAt: NOON }));
    d.clock.advance({ seconds: 61 });

    expect((await erase()).erased).toMatchObject({ hot: 3, events: 3 });
    expect(await withPayload()).toBe(0);
  });
});

describe('what was counted of their memories', () => {
  it('goes with them: what was recalled together, and what was warmed for it', async () => {
    user = uniqueName('counted');
    const [hot, , cold] = await storeAll(drafts(3));
    const other = await d.store({ agentId: AGENT });
    const pairs = [hot, cold].map((memory) => ({ id: memory?.id ?? '', otherId: other.id, count: 5, lastAt: NOON }));
    await d.ports.recalls.countTogether(d.tenantId, pairs, NOON);
    await d.sql("insert into auren.predictions (tenant_id, id, at) values ($1, $2, '2026-03-01')", [
      d.tenantId,
      cold?.id,
    ]);
    const counted = async () => {
      const text = `select (select count(*) from auren.co_access where tenant_id = $1 and $2 in (id, other_id))::int as together,
        (select count(*) from auren.predictions where tenant_id = $1)::int as predicted`;
      return (await d.sql(text, [d.tenantId, other.id]))[0];
    };
    const before = await counted();

    await erase();

    expect([before, await counted()]).toEqual([
      { together: 4, predicted: 1 },
      { together: 0, predicted: 0 },
    ]);
  });
});

describe('writers at the same time', () => {
  it('leave memories that are erased, or whole, new and readable: nothing half', async () => {
    user = uniqueName('written');
    const before = await storeAll(drafts(30));
    await d.drain();
    let goesOn = true;
    const stored: string[] = [];
    const refused = new Set<unknown>();
    const storing = async () => {
      while (goesOn) stored.push(...idsOf(await storeAll(drafts(3))));
    };
    const changing = async () => {
      for (let at = 0; goesOn; at += 1) {
        const id = before[at % before.length]?.id ?? '';
        const code = await codeOf(d.memory.update(d.caller(), id, { content: { text: `changed ${user}` } }, {}));
        if (typeof code === 'string') refused.add(code);
      }
    };
    const writers = [storing(), changing(), storing()];

    const { certificate } = await eraseInSlices(200).finally(() => {
      goesOn = false;
    });
    await Promise.all(writers);
    await d.drain();

    const left = new Map((await living()).map((memory) => [memory.id, memory]));
    expect([...refused].filter((code) => code !== 'not_found')).toEqual([]);
    expect(before.filter(({ id }) => left.has(id))).toEqual([]);
    expect(await withPayload()).toBe(0);
    const ids = await streamsOfUser();
    expect(ids.length).toBe(before.length + stored.length);
    const streams = await d.ports.log.streams(d.tenantId, ids);
    for (const [id, events] of streams) {
      expect(verifyChain(d.ports.chainKey, events)).toBe(true);
      expect(events.at(-1)?.type === 'memory.erased').toBe(!left.has(id));
    }
    for (const id of left.keys()) {
      const whole = await d.memory.retrieve(d.caller(), id, {});
      expect(whole.content).toEqual({ text: expect.stringContaining(user) });
    }
    expect([...(await d.ports.vectors.marks(d.tenantId, ids)).keys()].sort()).toEqual([...left.keys()].sort());
    const { hot, warm, cold } = certificate.counts;
    expect(hot + warm + cold).toBe(ids.length - left.size);
    // Called once more, with nobody writing, it leaves nothing.
    await eraseInSlices(5_000);
    expect([await living(), await withPayload()]).toEqual([[], 0]);
  });
});

describe('without Chroma', () => {
  it('all but its copies is erased, which the answer says; the next call finishes', async () => {
    user = uniqueName('pending');
    const stored = await storeAll(drafts(6));
    await d.drain();
    await engines().chroma.kill();
    isChromaDown = true;

    const refused = await erase().catch((error: unknown) => error);
    const after = [await living(), await withPayload(), await d.ports.hot.get(d.tenantId, idsOf(stored))];
    await engines().chroma.revive();
    isChromaDown = false;
    await expect.poll(() => codeOf(d.ports.vectors.count(d.tenantId)), AGAIN).toEqual(expect.any(Number));
    const { erased, certificate } = await erase();

    expect(refused).toMatchObject({ code: 'engine_unavailable', message: expect.stringContaining('chroma') });
    expect(after).toEqual([[], 0, new Map()]);
    expect(erased).toMatchObject({ hot: 2, warm: 2, cold: 2, index: 6 });
    expect(certificate?.chain.verified).toBe(true);
    expect(await d.ports.vectors.marks(d.tenantId, idsOf(stored))).toEqual(new Map());
  });
});

describe.runIf(hasRedisServer)('the append-only file of Redis', () => {
  it('holds what was removed until it is rewritten, also where a rewrite is running already', async () => {
    user = uniqueName('file');
    await storeAll(drafts(3, { createdAt: NOON }));
    await erase();
    const { rewrite } = engines().redis;
    const before = filesHolding(join(dataDir, 'redis'), user);

    await Promise.all([rewrite?.(), rewrite?.()]);

    expect(before).not.toEqual([]);
    await expect.poll(() => filesHolding(join(dataDir, 'redis'), user), AGAIN).toEqual([]);
  });
});
