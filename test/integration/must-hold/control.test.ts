/** An agent's word on its memories: what each action does, to whom, and that the tiers really follow. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { AGENT, control, expectIn, hasHotCopy, inChroma, MONTHS_8, tierOf, YEARS_2 } from './where.ts';

const CANARY = 'canary-7b1d9f';

let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});

describe('an agent', () => {
  it('archives, promotes, demotes, and the memory is really there and nowhere else', async () => {
    const { id } = await d.store({ content: { text: CANARY } });
    const seen = [];
    for (const action of ['archive', 'promote', 'promote', 'demote'] as const) {
      await control(d, action, id);
      const atOnce = await tierOf(d, id);
      await d.drain();
      await expectIn(d, atOnce, id);
      seen.push(atOnce);
    }

    expect(seen).toEqual(['cold', 'warm', 'hot', 'warm']);
    expect((await d.memory.retrieve(d.caller(), id, {})).content).toEqual({ text: CANARY });
  });

  it('answers what was done and what was skipped, by its contract', async () => {
    const own = await d.store();
    const other = await d.store({ agentId: 'librarian', visibility: 'user', userId: 'u' });
    const hidden = await d.store({ agentId: 'librarian' });
    const ids = [own.id, other.id, hidden.id, 'mem_nope', own.id];

    const archived = await control(d, 'archive', ...ids);
    const again = await control(d, 'archive', own.id);

    const skipped = [
      { id: other.id, reason: 'not_owner' },
      { id: hidden.id, reason: 'not_found' },
      { id: 'mem_nope', reason: 'not_found' },
    ];
    expect(archived).toEqual({ action: 'archive', archived_count: 1, skipped });
    expect(again).toEqual({ action: 'archive', archived_count: 0, skipped: [{ id: own.id, reason: 'unchanged' }] });
    expect(await tierOf(d, other.id)).toBe('hot');
  });

  it('pins from anywhere to hot, and a pin holds against archive and demote until it is taken back', async () => {
    const { id } = await d.store({ createdAt: YEARS_2 });
    await control(d, 'pin', id);
    await d.drain();
    await expectIn(d, 'hot', id);

    const refused = [await control(d, 'archive', id), await control(d, 'demote', id)];
    await control(d, 'unpin', id);
    await control(d, 'demote', id);

    expect(refused.map(({ skipped }) => skipped)).toEqual(Array(2).fill([{ id, reason: 'pinned' }]));
    expect(await d.memory.retrieve(d.caller(), id, {})).toMatchObject({ tier: 'warm', pinned: false });
  });

  it('prioritizes: priority times the factor, at most 10, and Redis has it at once', async () => {
    const four = await d.store({ priority: 4 });
    const nine = await d.store({ priority: 9 });
    const action = { action: 'prioritize' as const, memoryIds: [four.id, nine.id], boostFactor: 1.5 };

    const { body } = await d.memory.control(d.caller(AGENT), AGENT, action, {});
    await d.project();
    const read = await d.memory.getMany(d.caller(), [four.id, nine.id], 1e6);

    expect(body).toEqual({ action: 'prioritize', updated_count: 2, memory_ids: [four.id, nine.id], skipped: [] });
    expect(read.memories.map(({ priority, version }) => [priority, version])).toEqual([
      [6, 2],
      [10, 2],
    ]);
  });

  it('forgets: the memory is in no tier, index, list or count any more', async () => {
    const before = await d.memory.stats(d.caller(), {});
    const kinds = [
      await d.store({ content: { text: CANARY } }),
      await d.store({ createdAt: MONTHS_8 }),
      await d.store({ createdAt: YEARS_2 }),
    ];
    await d.drain();

    await control(d, 'forget', ...kinds.map(({ id }) => id));
    await d.drain();

    const after = await d.memory.stats(d.caller(), {});
    expect([after.total_memories, after.tier_distribution]).toEqual([before.total_memories, before.tier_distribution]);
    for (const { id } of kinds) {
      expect([await hasHotCopy(d, id), (await inChroma(d, id)).found]).toEqual([false, false]);
      await expect(d.memory.retrieve(d.caller(), id, {})).rejects.toMatchObject({ code: 'not_found' });
    }
    const [left] = await d.sql(
      'select count(*)::int as n from auren.events where stream_id = any($1) and payload is not null',
      [kinds.map(({ id }) => id)],
    );
    expect(left?.n).toBe(0);
  });

  it('may not govern another agent', async () => {
    const call = d.memory.control(d.caller('librarian'), AGENT, { action: 'pin', memoryIds: [] }, {});

    await expect(call).rejects.toMatchObject({ code: 'agent_mismatch' });
  });
});
