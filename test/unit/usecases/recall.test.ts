/** Search and related memories in the composed domain, over every tier: what the tests of their parts do not see. */
import { describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, TENANT } from './session.ts';

async function everywhere() {
  const session = await aSession();
  const ids = [];
  for (const days of [0, -240, -730]) {
    const draft = { createdAt: daysAfter(NOON, days), content: { text: 'deep sleep after coffee' } };
    ids.push((await session.store(draft)).id);
  }
  await session.drain();
  return { session, ids };
}
const found = ({ results }: { results: { memory: { id: string } }[] }) => results.map(({ memory }) => memory.id).sort();

describe('a search', () => {
  it.each(['redis', 'chroma'] as const)('finds what lies in every tier with %s down', async (engine) => {
    const { session, ids } = await everywhere();
    session.ports.fail(engine);

    const answer = await session.memory.search(session.caller(), aSearch('deep sleep'));

    expect(found(answer)).toEqual([...ids].sort());
    expect(answer.degraded).toEqual(engine === 'chroma' ? ['semantic'] : []);
    for (const { memory } of answer.results) expect(memory.content).toEqual({ text: 'deep sleep after coffee' });
  });

  it('finds a memory by its words before any consumer has seen it', async () => {
    const { store, memory, caller } = await aSession();
    const { id } = await store({ content: { text: 'deep sleep' } });

    const answer = await memory.search(caller(), aSearch('sleep'));

    expect(found(answer)).toEqual([id]);
  });

  it('of an agent counts each result once, whichever legs found it', async () => {
    const { session, ids } = await everywhere();
    const { memory, caller, ports } = session;

    await memory.search(caller('neuroscientist'), aSearch('deep sleep'));

    const uses = await ports.hot.pendingUses(TENANT);
    expect(ids.map((id) => uses.get(id)?.count)).toEqual([1, 1, 1]);
  });

  it('finds what was changed by its new words and no longer by the old', async () => {
    const { session, ids } = await everywhere();
    const [id = ''] = ids;

    await session.patch(id, { content: { text: 'mortgage rates' } });
    await session.drain();

    const { memory, caller } = session;
    expect(found(await memory.search(caller(), aSearch('mortgage rates')))).toEqual([id]);
    expect(found(await memory.search(caller(), aSearch('deep sleep')))).not.toContain(id);
  });
});

describe('related memories', () => {
  it('come from every tier, and are no use', async () => {
    const { session, ids } = await everywhere();
    const { memory, caller, ports } = session;

    const results = await memory.related(caller(), ids[0] ?? '', { limit: 10, crossUser: false });

    expect(found({ results })).toEqual(ids.slice(1).sort());
    expect(await ports.hot.pendingUses(TENANT)).toEqual(new Map());
  });
});
