/** set_retention tried out without effect, and the standing policy taken back. */
import { describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { NOON } from '../../support/clock.ts';
import { AGENT, ask, retain, two } from './a-retention.ts';
import { aSession, rowOf, TENANT } from './session.ts';

describe('a simulation', () => {
  it('says what would happen, and nothing happens', async () => {
    const { session, kept, released } = await two();
    const events = session.ports.store.of(TENANT).events.length;

    const body = await retain(session, ask({ minPriority: 7 }, { simulate: true, onFail: 'forget' }));

    expect(body).toMatchObject({ memory_ids: [kept.id], released_ids: [released.id], recalls_changed: [] });
    expect(session.ports.store.of(TENANT).events).toHaveLength(events);
    await expect(session.memory.policy(session.caller(AGENT), AGENT)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('rehearses queries: what would no longer be recalled, and what moves up; no use is counted', async () => {
    const session = await aSession();
    const [low, high] = [
      await session.store({ priority: 3, content: { text: 'deep sleep sleep' } }),
      await session.store({ priority: 8, content: { text: 'sleep and many other words' } }),
    ];
    await session.drain();
    const queries = [aSearch('sleep', { limit: 1, mode: 'lexical' }), aSearch('mortgage')];

    const body = await retain(session, ask({ minPriority: 7 }, { simulate: true, onFail: 'forget', queries }));

    expect(body.recalls_changed).toEqual([{ query: 'sleep', before: [low.id], after: [high.id] }]);
    expect(await session.ports.hot.pendingUses(TENANT)).toEqual(new Map());
  });

  it('changes no recall where nothing is forgotten', async () => {
    const { session } = await two();
    await session.drain();

    for (const onFail of ['demote', 'archive'] as const) {
      const body = await retain(
        session,
        ask({ minPriority: 7 }, { simulate: true, onFail, queries: [aSearch('sleep')] }),
      );
      expect(body.recalls_changed).toEqual([]);
    }
  });
});

describe('a simulated move', () => {
  async function simulated(queries: ReturnType<typeof aSearch>[]) {
    const { session, kept, released } = await two();
    await session.drain();
    const body = await retain(session, ask({ minPriority: 7 }, { simulate: true, queries }));
    return { changed: body.recalls_changed, kept: kept.id, released: released.id };
  }

  it('changes the recall of who asks one tier alone: it leaves one and arrives in another', async () => {
    const inTier = (tier: 'hot' | 'warm' | 'cold') => aSearch('sleep', { tiers: [tier] });

    const { changed, kept, released } = await simulated([inTier('hot'), inTier('warm'), inTier('cold')]);

    expect(changed).toEqual([
      { query: 'sleep', before: [kept, released], after: [kept] },
      { query: 'sleep', before: [], after: [released] },
    ]);
  });

  it('changes no recall where both its tiers are asked for, nor one of the past', async () => {
    const both = aSearch('sleep', { tiers: ['hot', 'warm'] });
    const past = aSearch('sleep', { tiers: ['hot'], mode: 'lexical', asOf: NOON });

    expect((await simulated([both, past])).changed).toEqual([]);
  });
});

describe('clearing the policy', () => {
  it('takes its marks off and leaves an event; tiers stay', async () => {
    const { session, kept, released } = await two();
    await retain(session, ask({ minPriority: 7 }));
    const { memory, caller } = session;

    await memory.clearPolicy(caller(AGENT), AGENT);

    await expect(memory.policy(caller(AGENT), AGENT)).rejects.toMatchObject({ code: 'not_found' });
    expect(await rowOf(session, kept.id)).toMatchObject({ retainedBy: null, tier: 'hot' });
    expect(await rowOf(session, released.id)).toMatchObject({ tier: 'warm' });
    expect((await session.events(`policy:${AGENT}`)).map(({ type }) => type)).toEqual(['policy.set', 'policy.cleared']);
  });

  it('is not found where none stands, and a policy can be set again after it', async () => {
    const { session, kept } = await two();
    const { memory, caller } = session;
    await expect(memory.clearPolicy(caller(AGENT), AGENT)).rejects.toMatchObject({ code: 'not_found' });
    const first = await retain(session, ask({ minPriority: 7 }));
    await memory.clearPolicy(caller(AGENT), AGENT);

    const again = await retain(session, ask({ minPriority: 7 }));

    expect(again.policy_id).toBe(first.policy_id);
    expect(await rowOf(session, kept.id)).toMatchObject({ retainedBy: again.policy_id });
    expect((await memory.history(caller(), kept.id)).verified).toBe(true);
  });

  it('and looking at it is for the agent itself and for unbound keys', async () => {
    const { session } = await two();
    const { memory, caller } = session;
    await retain(session, ask({ minPriority: 7 }));

    await expect(memory.policy(caller('coach'), AGENT)).rejects.toMatchObject({ code: 'agent_mismatch' });
    await expect(memory.clearPolicy(caller('coach'), AGENT)).rejects.toMatchObject({ code: 'agent_mismatch' });
    expect((await memory.policy(caller(), AGENT)).scoreThreshold).toBe(1);
  });
});
