/** set_retention: the standing policy, what it keeps and lets go, simulated and for real. */
import { describe, expect, it } from 'vitest';
import type { RetentionCriteria } from '../../../layers/memory/policy/retention-policy.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { AGENT, ask, type Retention, retain, two } from './a-retention.ts';
import { aSession, raceOnce, rowOf, TENANT } from './session.ts';

describe('a retention policy', () => {
  it('marks what it keeps, demotes the rest to warm, and answers both', async () => {
    const { session, kept, released } = await two();

    const body = await retain(session, ask({ minPriority: 7 }));

    expect(body).toEqual({
      action: 'set_retention',
      retained_count: 1,
      memory_ids: [kept.id],
      released_count: 1,
      released_ids: [released.id],
      policy_id: expect.stringMatching(/^pol_[0-9a-f]{32}$/),
    });
    expect(await rowOf(session, kept.id)).toMatchObject({ tier: 'hot', retainedBy: body.policy_id, version: 1 });
    expect(await rowOf(session, released.id)).toMatchObject({
      tier: 'warm',
      retainedBy: null,
      priority: 3,
      version: 1,
    });
    expect((await session.events(released.id)).at(-1)).toMatchObject({
      type: 'memory.tier_changed',
      data: { reason: 'policy' },
    });
  });

  it('is the standing one from then on, with an event that tells its criteria', async () => {
    const { session } = await two();
    const body = await retain(session, ask({ minPriority: 7, maxAgeDays: 30 }, { scoreThreshold: 1 }));

    expect(await session.memory.policy(session.caller(AGENT), AGENT)).toEqual({
      id: body.policy_id,
      criteria: { minPriority: 7, maxAgeDays: 30 },
      scoreThreshold: 1,
      onFail: 'demote',
      setAt: NOON,
    });
    expect((await session.events(`policy:${AGENT}`)).at(-1)).toMatchObject({
      type: 'policy.set',
      data: { policy_id: body.policy_id, criteria: { min_priority: 7, max_age_days: 30 }, score_threshold: 1 },
    });
  });

  it('set again changes nothing: no event, the same id, the same answer, priorities untouched', async () => {
    const { session } = await two();
    const first = await retain(session, ask({ minPriority: 7 }));
    const events = session.ports.store.of(TENANT).events.length;
    session.ports.clock.advance({ days: 1 });

    const again = await retain(session, ask({ minPriority: 7 }));

    expect(again).toEqual(first);
    expect(session.ports.store.of(TENANT).events).toHaveLength(events);
  });

  it.each<[string, Partial<Retention>, string]>([
    ['demote', { onFail: 'demote' }, 'warm'],
    ['archive', { onFail: 'archive' }, 'cold'],
  ])('with on_fail %s moves from hot to its tier', async (_, options, tier) => {
    const { session, released } = await two();

    await retain(session, ask({ minPriority: 7 }, options));

    expect(await rowOf(session, released.id)).toMatchObject({ tier, hold: null });
  });

  it('means at most warm by demote: what is cold stays cold', async () => {
    const session = await aSession();
    const { id } = await session.store({ createdAt: daysAfter(NOON, -730) });

    await retain(session, ask({ minPriority: 7 }));

    expect(await session.events(id)).toHaveLength(1);
  });

  it('forgets only what was confirmed by count, and names the count of now otherwise', async () => {
    const { session, kept, released } = await two();
    const forget = (confirmCount?: number) =>
      retain(
        session,
        ask({ minPriority: 7 }, { onFail: 'forget', ...(confirmCount === undefined ? {} : { confirmCount }) }),
      );

    for (const wrong of [undefined, 0, 2]) {
      await expect(forget(wrong)).rejects.toMatchObject({
        code: 'conflict',
        errors: [{ path: 'params.confirm_count', message: expect.stringContaining('1') }],
      });
    }
    expect(await session.events(released.id)).toHaveLength(1);
    await expect(session.memory.policy(session.caller(AGENT), AGENT)).rejects.toMatchObject({ code: 'not_found' });

    expect(await forget(1)).toMatchObject({ released_count: 1 });
    await expect(session.retrieve(released.id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await session.retrieve(kept.id)).id).toBe(kept.id);
  });

  it.each(['demote', 'archive', 'forget'] as const)(
    'never moves or forgets a pin, whatever %s says',
    async (onFail) => {
      const session = await aSession();
      const { id } = await session.store({ pinned: true, priority: 1 });

      await retain(session, ask({ minPriority: 7 }, { onFail, confirmCount: 1 }));

      expect(await rowOf(session, id)).toMatchObject({ tier: 'hot', pinned: true });
    },
  );

  it('touches the memories of no other agent', async () => {
    const session = await aSession();
    const { id } = await session.store({ agentId: 'coach', priority: 1 });

    expect(await retain(session, ask({ minPriority: 7 }))).toMatchObject({ released_count: 0, retained_count: 0 });
    expect(await session.events(id)).toHaveLength(1);
  });

  it('counts the uses since the last sweep, and goes on without them where Redis is down', async () => {
    const session = await aSession();
    const { id } = await session.store();
    await session.retrieve(id);
    await session.retrieve(id);
    const simulate = () => retain(session, ask({ minAccessCount: 2 }, { simulate: true }));

    expect(await simulate()).toMatchObject({ memory_ids: [id] });
    session.ports.fail('redis');
    expect(await simulate()).toMatchObject({ released_ids: [id] });
  });

  it.each<[RetentionCriteria, number | undefined, boolean]>([
    [{ minPriority: 5, minConfidence: 0.9, maxAgeDays: 1 }, undefined, true],
    [{ minPriority: 5, minConfidence: 0.9, maxAgeDays: 1 }, 3, false],
    [{ minPriority: 6, minConfidence: 0.9, maxAgeDays: 1 }, undefined, false],
    [{ minPriority: 6, minConfidence: 0.9, maxAgeDays: 1 }, 1, true],
  ])('%o with the threshold %s keeps the defaults: %s', async (criteria, scoreThreshold, keeps) => {
    const session = await aSession();
    await session.store();
    const options = { simulate: true, ...(scoreThreshold === undefined ? {} : { scoreThreshold }) };

    expect((await retain(session, ask(criteria, options))).retained_count).toBe(keeps ? 1 : 0);
  });

  it('followed by another one takes over its marks', async () => {
    const { session, kept, released } = await two();
    const first = await retain(session, ask({ minPriority: 7 }));

    const second = await retain(session, ask({ minPriority: 1 }));

    expect(second.policy_id).not.toBe(first.policy_id);
    for (const { id } of [kept, released])
      expect(await rowOf(session, id)).toMatchObject({ retainedBy: second.policy_id });
    await retain(session, ask({ minPriority: 10 }));
    for (const { id } of [kept, released])
      expect(await rowOf(session, id)).toMatchObject({ retainedBy: null, tier: 'warm' });
  });

  it('looks again where a memory was changed meanwhile', async () => {
    const { session, released } = await two();
    const policy = await retain(session, ask({ minPriority: 1 }));
    expect(await rowOf(session, released.id)).toMatchObject({ retainedBy: policy.policy_id });
    const created = await session.store({ priority: 4 });
    raceOnce(session, () => session.patch(created.id, { metadata: { by: 'another' } }));

    await retain(session, ask({ minPriority: 1 }));

    expect(await rowOf(session, created.id)).toMatchObject({
      retainedBy: policy.policy_id,
      metadata: { by: 'another' },
    });
  });

  it('forgets nothing that has earned its place since it was counted', async () => {
    const { session, released } = await two();
    raceOnce(session, () => session.patch(released.id, { priority: 9 }));

    const { policy_id } = await retain(session, ask({ minPriority: 7 }, { onFail: 'forget', confirmCount: 1 }));

    expect(await rowOf(session, released.id)).toMatchObject({ priority: 9, tier: 'hot', retainedBy: policy_id });
  });

  it('set twice at the same time is set once, and neither is refused', async () => {
    const { session, kept, released } = await two();
    const answers: unknown[] = [];
    raceOnce(session, async () => answers.push(await retain(session, ask({ minPriority: 7 }))));

    answers.push(await retain(session, ask({ minPriority: 7 })));

    expect(answers[1]).toEqual(answers[0]);
    expect((await session.events(`policy:${AGENT}`)).map(({ type }) => type)).toEqual(['policy.set']);
    expect(await rowOf(session, kept.id)).toMatchObject({ tier: 'hot' });
    expect(await rowOf(session, released.id)).toMatchObject({ tier: 'warm' });
  });

  it('reaches more memories than one commit takes', async () => {
    const session = await aSession();
    const drafts = Array.from({ length: 250 }, () => ({ agentId: AGENT, type: 'fact' as const, content: {} }));
    await session.memory.storeBatch(session.caller(), drafts);

    expect(await retain(session, ask({ minPriority: 7 }))).toMatchObject({ released_count: 250 });

    expect((await session.memory.stats(session.caller(), {})).tier_distribution).toEqual({
      hot: 0,
      warm: 250,
      cold: 0,
    });
  });
});

describe('an idempotency key of set_retention', () => {
  const options = { idempotency: { key: 'one', fingerprint: 'f1' } };

  it.each(['demote', 'forget'] as const)('gives the first answer again (%s)', async (onFail) => {
    const { session } = await two();
    const action = ask({ minPriority: 7 }, { onFail, confirmCount: 1 });
    const repeat = () => session.memory.control(session.caller(AGENT), AGENT, action, options);
    const first = await repeat();

    expect([first.replayed, await repeat()]).toEqual([false, { body: first.body, replayed: true }]);
  });

  it('refuses another request', async () => {
    const { session } = await two();
    await retain(session, ask({ minPriority: 7 }), options);

    const other = retain(session, ask({ minPriority: 6 }), { idempotency: { key: 'one', fingerprint: 'f2' } });

    await expect(other).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });
});
