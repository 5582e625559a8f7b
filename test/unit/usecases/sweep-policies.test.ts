/** Standing policies in a sweep: applied again to what came after them, and to nothing once they are taken back. */
import { describe, expect, it } from 'vitest';
import { daysAfter, NOON } from '../../support/clock.ts';
import { prepare, tierOf, use } from './a-sweep.ts';
import { raceOnce, rowOf } from './session.ts';

describe('policies', () => {
  it('are applied again: to what was stored since, by the uses of now', async () => {
    const { session, ports, store, memory, caller, run, eventCount } = await prepare();
    const action = { action: 'set_retention', criteria: { minAccessCount: 2 }, simulate: false } as const;
    await memory.control(caller(), 'a', { ...action, onFail: 'forget', queries: [] }, {});
    const [kept, lost] = [await store({ agentId: 'a' }), await store({ agentId: 'a' })];
    await use(session, kept.id, 2);

    const report = await run();
    const count = eventCount();
    await run();

    expect(report).toMatchObject({ forgotten: 1, marked: 1 });
    expect([(await rowOf(session, kept.id))?.tier, await rowOf(session, lost.id)]).toEqual(['hot', undefined]);
    expect(eventCount()).toBe(count);
    expect(ports.warnings).toEqual([]);
  });

  it('leave no marks behind where clearing them was cut off', async () => {
    const { session, ports, store, memory, caller, run, events } = await prepare();
    const { id } = await store({ priority: 8 });
    const keep = { action: 'set_retention', criteria: { minPriority: 7 }, onFail: 'demote', simulate: false } as const;
    await memory.control(caller(), 'neuroscientist', { ...keep, queries: [] }, {});
    const { commit } = ports.log;
    ports.log.commit = async (asked) => {
      if (asked.policy === undefined) throw new Error('killed');
      return await commit(asked);
    };
    await expect(memory.clearPolicy(caller(), 'neuroscientist')).rejects.toThrow('killed');
    ports.log.commit = commit;

    const report = await run();

    expect(report).toMatchObject({ marked: 1 });
    expect(await rowOf(session, id)).toMatchObject({ retainedBy: null, tier: 'hot' });
    expect((await events(id)).at(-1)).toMatchObject({ type: 'memory.retained', data: { policy_id: null } });
  });

  it('forget nothing more once they are cleared, also in the middle of a sweep', async () => {
    const { session, memory, caller, run } = await prepare();
    const forget = {
      action: 'set_retention',
      criteria: { minPriority: 7 },
      onFail: 'forget',
      simulate: false,
    } as const;
    await memory.control(caller(), 'a', { ...forget, queries: [] }, {});
    const drafts = Array.from({ length: 450 }, () => ({ agentId: 'a', type: 'fact' as const, content: { text: 'x' } }));
    await memory.storeBatch(caller(), drafts);
    raceOnce(session, () => memory.clearPolicy(caller(), 'a'));

    const report = await run();

    expect(report).toMatchObject({ forgotten: 200 });
    expect((await memory.stats(caller(), {})).total_memories).toBe(250);
  });

  it('wait for the uses: with Redis down nothing is forgotten for want of them', async () => {
    const { session, ports, store, memory, caller, run } = await prepare();
    const action = { action: 'set_retention', criteria: { minAccessCount: 1 }, simulate: false } as const;
    await memory.control(caller(), 'a', { ...action, onFail: 'forget', queries: [] }, {});
    const { id } = await store({ agentId: 'a' });
    const old = await store({ agentId: 'b', createdAt: daysAfter(NOON, -29) });
    await use(session, id, 1);
    ports.clock.advance({ days: 2 });
    ports.fail('redis');
    await run();
    ports.restore('redis');

    expect([await tierOf(session, id), await tierOf(session, old.id)]).toEqual(['hot', 'warm']);
    await run();
    expect(await rowOf(session, id)).toMatchObject({ tier: 'hot', accessCount: 1 });
  });
});
