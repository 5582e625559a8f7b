/** A sweep that is cut off or comes twice: the next one finishes, and nothing is done or counted twice. */
import { describe, expect, it } from 'vitest';
import { SWEEP } from '../../../layers/memory/feed/names.ts';
import type { JsonObject } from '../../../layers/memory/model/json.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { prepare, tierOf, use } from './a-sweep.ts';
import { copiesOf, rowOf, TENANT } from './session.ts';

describe('a sweep that is cut off', () => {
  /** A world with something to do in every step, whose nth call of an engine fails; answers whether the first run came that far. */
  async function killedAt(nth: number, isDone: boolean) {
    const { session, ports, store, drain, run } = await prepare();
    const aging = await store();
    const expiring = await store({ ttlSeconds: 60 });
    const used = await store({ createdAt: daysAfter(NOON, -100) });
    await drain();
    ports.clock.advance({ days: 31 });
    await use(session, used.id, 4);
    let calls = 0;
    const counting = <T extends object>(port: T, names: readonly (keyof T)[]) => {
      for (const name of names) {
        const real = port[name] as (...args: unknown[]) => Promise<unknown>;
        const killed = async (...args: unknown[]) => {
          calls += 1;
          const isDue = calls === nth;
          if (isDue && !isDone) throw new Error('killed');
          const answer = await real(...args);
          if (isDue) throw new Error('killed');
          return answer;
        };
        Object.assign(port, { [name]: killed });
      }
    };
    counting(ports.catalog, ['countUses', 'lastFlush', 'expired', 'aged', 'muchUsed', 'hotRows', 'policies', 'find']);
    counting(ports.log, ['commit']);
    counting(ports.hot, ['settleUses', 'pendingUses', 'putAndEvict', 'remove', 'rescore', 'held', 'get']);
    const wasKilled = await run().then(
      () => false,
      () => true,
    );
    calls = Number.NEGATIVE_INFINITY;
    await run();
    await drain();
    await run();
    return {
      wasKilled,
      tiers: [await tierOf(session, aging.id), await tierOf(session, expiring.id), await tierOf(session, used.id)],
      copies: [
        await copiesOf(session, aging.id),
        await copiesOf(session, expiring.id),
        await copiesOf(session, used.id),
      ],
      uses: (await rowOf(session, used.id))?.accessCount,
      pending: (await ports.hot.pendingUses(TENANT)).size,
      moves: ports.store.of(TENANT).events.length - 3,
    };
  }

  it.each([
    ['before', false],
    ['after', true],
  ] as const)(
    '%s any of its calls is finished by the next: each memory once, in its tier, each use once',
    async (_, isDone) => {
      let killed = 0;
      for (;;) {
        const { wasKilled, ...found } = await killedAt(killed + 1, isDone);
        expect({ at: killed + 1, ...found }).toEqual({
          at: killed + 1,
          tiers: ['warm', undefined, 'hot'],
          copies: [['warm'], [], ['hot']],
          uses: 4,
          pending: 0,
          moves: 3,
        });
        if (!wasKilled) break;
        killed += 1;
      }
      expect(killed).toBeGreaterThan(20);
    },
  );

  it('by its deadline in the middle of a tenant says what is still due there, and the next goes on from there', async () => {
    const { ports, memory, caller, sweep, run } = await prepare();
    const drafts = Array.from({ length: 450 }, () => ({ agentId: 'a', type: 'fact' as const, content: { text: 'x' } }));
    await memory.storeBatch(caller(), drafts);
    ports.clock.advance({ days: 31 });
    const { commit } = ports.log;
    ports.log.commit = async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return await commit(asked);
    };

    const cut = await sweep(new Date(Date.now() + 250));
    ports.log.commit = commit;
    const rest = await run();

    expect(cut).toMatchObject({ moved: { age: 200 }, backlog: 250 });
    expect(rest).toMatchObject({ moved: { age: 250 }, backlog: 0 });
  });

  it('by its deadline says what is left', async () => {
    const { ports, store, sweep } = await prepare();
    await store();
    ports.clock.advance({ days: 31 });

    expect(await sweep(new Date(Date.now() - 1))).toMatchObject({ tenants: { swept: 0, left: 1 } });
  });

  it('leaves a tenant that another sweep has to that one', async () => {
    const { ports, store, run } = await prepare();
    await store();
    ports.clock.advance({ days: 31 });
    await ports.consumers.acquire(SWEEP, TENANT, 'another', 60_000);

    const report: JsonObject = await run();

    expect(report).toMatchObject({ tenants: { swept: 0, held_elsewhere: 1 }, moved: { age: 0 } });
  });
});
