/** Erasing a person: everything goes, whatever fails on the way is gone on with, and what comes meanwhile is never half there. */
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { EngineUnavailable } from '../../../layers/memory/errors.ts';
import type { MemoryDraft } from '../../../layers/memory/memory.ts';
import { canonicalJson } from '../../../layers/memory/model/json.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, copiesOf, raceOnce, type Session, TENANT } from './session.ts';

const USER = 'u1';
const SUBJECT = `user:${USER}`;

let session: Session;
beforeEach(async () => {
  session = await aSession();
});

const deadline = (ms = 10_000) => new Date(Date.now() + ms);
const erase = (options: { reason?: string; deadline?: Date } = {}, userId = USER) =>
  session.memory.erase(session.caller(), userId, { deadline: deadline(), ...options });
const store = (draft: Partial<MemoryDraft> = {}) => session.store({ userId: USER, ...draft });

/** One memory a tier. */
async function storeInAllTiers(): Promise<MemoryRecord[]> {
  const ages = [0, -100, -800];
  const stored: MemoryRecord[] = [];
  for (const days of ages) stored.push(await store({ createdAt: daysAfter(NOON, days), priority: 2 }));
  await session.drain();
  return stored;
}

const COUNTS = { hot: 1, warm: 1, cold: 1, index: 3, events: 3, queries: 0, patterns: 0, idempotency: 0 };

describe('an erasure', () => {
  it('takes every memory of the person out of all tiers, the index and the log, with an event each', async () => {
    const stored = await storeInAllTiers();
    const other = await session.store({ userId: 'u10' });

    const { erased, certificate } = await erase({ reason: 'asked' });

    expect(erased).toEqual(COUNTS);
    for (const { id } of stored) {
      const events = await session.events(id);
      expect(events.map(({ type, payload }) => [type, payload])).toEqual([
        ['memory.stored', null],
        ['memory.erased', null],
      ]);
      expect(events.at(-1)?.data).toEqual({ reason: 'asked', erasure_id: certificate?.id });
      await expect(session.retrieve(id)).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(
      await session.ports.vectors.marks(
        TENANT,
        stored.map(({ id }) => id),
      ),
    ).toEqual(new Map());
    expect(await session.retrieve(other.id)).toMatchObject({ id: other.id });
    expect(await copiesOf(session, stored[0]?.id ?? '')).toEqual([]);
  });

  it('destroys the key, and no other one', async () => {
    await session.ports.subjectKeys.get(TENANT, [SUBJECT, 'user:u10', `agent:${USER}`]);

    await erase();

    const left = await session.ports.subjectKeys.existing(TENANT, [SUBJECT, 'user:u10', `agent:${USER}`]);
    expect([...left.keys()]).toEqual(['user:u10', `agent:${USER}`]);
  });

  it('ends in a certificate that its key signs over all it says', async () => {
    await storeInAllTiers();

    const { certificate } = await erase();

    const { signature, ...said } = certificate ?? { signature: '' };
    const { certificateKey } = session.ports;
    expect(signature).toBe(createHmac('sha256', certificateKey).update(canonicalJson(said)).digest('hex'));
    expect(said).toMatchObject({ user_id: USER, counts: COUNTS, chain: { verified: true, memories: 3 } });
    expect(said).toMatchObject({ requested_at: NOON, completed_at: NOON });
  });

  it('says where the chain of a memory does not hold', async () => {
    await store();
    const [event] = session.ports.store.of(TENANT).events;
    Object.assign(event ?? {}, { agentId: 'forged' });

    expect((await erase()).certificate?.chain.verified).toBe(false);
  });

  it('is refused to a key that is bound to an agent', async () => {
    const bound = session.caller('neuroscientist');

    await expect(session.memory.erase(bound, USER, { deadline: deadline() })).rejects.toMatchObject({
      code: 'agent_mismatch',
    });
  });
});

describe('an erasure that is interrupted', () => {
  it('without Chroma erases the rest, says so, and finishes when called again', async () => {
    const [first] = await storeInAllTiers();
    session.ports.fail('chroma');

    await expect(erase()).rejects.toMatchObject({ code: 'engine_unavailable', retryAfterSeconds: 5 });
    const left = session.ports.store.of(TENANT).events.filter(({ payload }) => payload !== null);
    const keys = await session.ports.subjectKeys.existing(TENANT, [SUBJECT]);
    session.ports.restore('chroma');
    const { erased, certificate } = await erase();

    expect([left, keys.size]).toEqual([[], 0]);
    expect(erased).toEqual(COUNTS);
    expect(certificate?.counts).toEqual(COUNTS);
    expect(await session.ports.vectors.marks(TENANT, [first?.id ?? ''])).toEqual(new Map());
  });

  it('without Redis certifies nothing until it was told', async () => {
    const stored = await store();
    session.ports.fail('redis');

    await expect(erase()).rejects.toMatchObject({ code: 'engine_unavailable' });
    session.ports.restore('redis');
    const { erased } = await erase();

    expect(erased).toMatchObject({ hot: 1, index: 1 });
    expect(await session.ports.hot.get(TENANT, [stored.id])).toEqual(new Map());
  });

  it('while its files cannot be rewritten is not certified either', async () => {
    let tries = 0;
    session = await aSession({
      residue: {
        notCovered: [],
        rewrite: async () => {
          tries += 1;
          if (tries === 1) throw new EngineUnavailable('redis', new Error('no space'));
        },
      },
    });
    await store();

    await expect(erase()).rejects.toMatchObject({ code: 'engine_unavailable' });

    expect((await erase()).erased).toMatchObject({ hot: 1, index: 1 });
  });

  it('by its time answers what it did so far and no certificate, and goes on', async () => {
    await storeInAllTiers();

    const many = await session.memory.storeBatch(
      session.caller(),
      Array.from({ length: 400 }, (_, n) => ({ agentId: 'coach', userId: USER, type: 'fact', content: { n } })),
    );
    const late = { deadline: deadline(-1) };
    const counted = async () => Object.values((await erase(late)).erased);
    const first = await counted();
    const steps = [first, await counted(), await counted()];
    const done = await erase();

    expect(many.memories).toHaveLength(400);
    expect(steps.map(([hot, , , index]) => [hot, index])).toEqual([
      [198, 0],
      [398, 0],
      [401, 300],
    ]);
    expect(done.erased).toEqual({ ...COUNTS, hot: 401, index: 403, events: 403 });
  });

  it('and finds memories among those it has passed, passes those again', async () => {
    const [first, , last] = await storeInAllTiers();
    session.ports.fail('chroma');
    await expect(erase()).rejects.toMatchObject({ code: 'engine_unavailable' });
    session.ports.restore('chroma');
    const [open] = session.ports.store.of(TENANT).erasures;
    // As if everything had been cleared before a memory of an early id came.
    Object.assign(open ?? {}, { cleared: 'mem_ffffffffffffffffffffffffffffffff' });
    await store();
    await session.drain();

    const { erased } = await erase();

    expect(erased).toMatchObject({ hot: 2, index: 4 });
    expect(await session.ports.vectors.marks(TENANT, [first?.id ?? '', last?.id ?? ''])).toEqual(new Map());
  });
});

describe('a writer at the same time', () => {
  it('that changes a memory makes it be read again', async () => {
    const memory = await store();
    raceOnce(session, () => session.patch(memory.id, { content: { text: 'changed meanwhile' } }));

    const { erased } = await erase();

    expect(erased).toMatchObject({ hot: 1, events: 2 });
    expect((await session.events(memory.id)).every(({ payload }) => payload === null)).toBe(true);
  });

  it('that stores one after the last look leaves a whole new memory, under a new key', async () => {
    await storeInAllTiers();
    const { destroy } = session.ports.subjectKeys;
    let late: MemoryRecord | undefined;
    session.ports.subjectKeys.destroy = async (...asked) => {
      await destroy(...asked);
      late = await store({ content: { text: 'new' } });
    };

    const { erased, certificate } = await erase();
    session.ports.subjectKeys.destroy = destroy;
    await session.drain();
    const anew = await erase();

    expect(erased).toEqual(COUNTS);
    expect((await session.events(late?.id ?? ''))[0]?.type).toBe('memory.stored');
    expect(anew.erased).toMatchObject({ hot: 1, warm: 0, cold: 0, index: 1 });
    expect(anew.certificate?.id).not.toBe(certificate?.id);
  });

  it('that asks for the same erasure gets the same certificate', async () => {
    await storeInAllTiers();

    const [one, other] = await Promise.all([erase(), erase()]);
    const again = await erase();

    expect(other).toEqual(one);
    expect(again).toEqual(one);
  });
});
