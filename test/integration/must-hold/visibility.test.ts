/** Who may see a memory and who may change it: the same by every way that leads to it. */
import type { Caller } from '@auren/memory/model/caller.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { codeOf, type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';

const AGENT = 'neuroscientist';
let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});

describe('who may see and change', () => {
  const SPACE = 'team';
  beforeAll(async () => {
    await d.sql(
      `insert into auren.spaces (tenant_id, id, name, created_at, seq, head_hash) values ($1, $2, $2, now(), 1, '')`,
      [d.tenantId, SPACE],
    );
  });
  const callers: Record<string, () => Caller> = {
    'the tenant': () => d.caller(),
    'its agent': () => d.caller(AGENT),
    'another agent': () => d.caller('librarian'),
    'a reader of the space': () => d.caller('reader', { spaceRoles: { [SPACE]: 'reader' } }),
    'a writer of the space': () => d.caller('writer', { spaceRoles: { [SPACE]: 'writer' } }),
  };
  const FULL = { read: true, change: 'done' };
  const HIDDEN = { read: false, change: 'not_found' };
  const READABLE = { read: true, change: 'not_owner' };

  it.each([
    ['agent', [FULL, FULL, HIDDEN, HIDDEN, HIDDEN]],
    ['user', [FULL, FULL, READABLE, READABLE, READABLE]],
    ['space', [FULL, FULL, HIDDEN, READABLE, FULL]],
  ] as const)('visibility %s', async (visibility, expected) => {
    const word = uniqueName('word').replace('-', '');
    const fields = {
      visibility,
      userId: 'ada',
      content: { text: word },
      ...(visibility === 'space' && { spaceId: SPACE }),
    };
    const { id } = await d.store(fields);
    await d.drain();
    const seen: unknown[] = [];
    for (const [name, make] of Object.entries(callers)) {
      const caller = make();
      const views = {
        hot: (await codeOf(d.memory.retrieve(caller, id, {}))) !== 'not_found',
        many: (await d.memory.getMany(caller, [id], 1e6)).memories.length === 1,
        listed: (await d.memory.list(caller, { order: '-created_at', limit: 100 }, 1e7)).items.some(
          (memory) => memory.id === id,
        ),
        byWords: (await d.memory.search(caller, aSearch(word, { mode: 'lexical' }))).results.length === 1,
        byWordsThen: (await d.memory.search(caller, aSearch(word, { asOf: d.clock.instant() }))).results.length === 1,
        listedThen: (
          await d.memory.list(caller, { order: '-created_at', limit: 100, asOf: d.clock.instant() }, 1e7)
        ).items.some((memory) => memory.id === id),
        byMeaning: (await d.memory.search(caller, aSearch(word, { mode: 'semantic' }))).results.some(
          ({ memory }) => memory.id === id,
        ),
        history: (await codeOf(d.memory.history(caller, id))) !== 'not_found',
        asOf: (await codeOf(d.memory.retrieve(caller, id, { asOf: d.clock.instant() }))) !== 'not_found',
        retention: (await codeOf(d.memory.retention(caller, id))) !== 'not_found',
        events:
          (await d.memory.events(caller, { order: 'desc', limit: 100, filter: { memoryIds: [id] } })).events.length > 0,
      };
      const change = await codeOf(d.memory.update(caller, id, { metadata: { by: name } }, {}).then(() => 'done'));
      seen.push([name, views, change]);
    }
    const deleting = await Promise.all(
      ['another agent', 'a reader of the space'].map((name) =>
        codeOf(d.memory.delete(callers[name]?.() ?? d.caller(), id, {})),
      ),
    );

    const views = [
      'hot',
      'many',
      'listed',
      'listedThen',
      'byWords',
      'byWordsThen',
      'byMeaning',
      'history',
      'asOf',
      'retention',
      'events',
    ];
    expect(seen).toEqual(
      Object.keys(callers).map((name, at) => [
        name,
        Object.fromEntries(views.map((view) => [view, expected[at]?.read])),
        expected[at]?.change,
      ]),
    );
    expect(deleting).toEqual([expected[2].change, expected[3].change]);
  });

  it('is the same from Redis and from the catalog', async () => {
    const { id } = await d.store();
    await d.drain();
    const stranger = d.caller('librarian');
    const hot = await codeOf(d.memory.retrieve(stranger, id, {}));
    await d.memory.control(d.caller(), AGENT, { action: 'archive', memoryIds: [id] }, {});

    expect([hot, await codeOf(d.memory.retrieve(stranger, id, {}))]).toEqual(['not_found', 'not_found']);
  });

  it('what is made private is private in its past as well', async () => {
    const { id } = await d.store({ visibility: 'user', userId: 'ada' });
    const shared = d.clock.instant();
    d.clock.advance({ seconds: 10 });
    await d.memory.update(d.caller(AGENT), id, { visibility: 'agent' }, {});
    const stranger = d.caller('librarian');

    const outcomes = [
      d.memory.retrieve(stranger, id, {}),
      d.memory.retrieve(stranger, id, { asOf: shared }),
      d.memory.history(stranger, id),
    ];

    expect(await Promise.all(outcomes.map(codeOf))).toEqual(['not_found', 'not_found', 'not_found']);
    expect((await d.memory.retrieve(d.caller(AGENT), id, { asOf: shared })).visibility).toBe('user');
  });

  it('an agent stores under its own name and in its own spaces alone', async () => {
    const bound = d.caller('librarian', { spaceRoles: { [SPACE]: 'reader' } });
    const draft = { type: 'fact' as const, content: { n: 1 } };
    const tries = [
      d.memory.store(bound, { ...draft, agentId: AGENT }),
      d.memory.store(bound, { ...draft, agentId: 'librarian', spaceId: SPACE }),
      d.memory.store(bound, { ...draft, agentId: 'librarian', spaceId: 'other' }),
      d.memory.store(bound, { ...draft, agentId: 'librarian', visibility: 'user' }),
    ];

    expect(await Promise.all(tries.map(codeOf))).toEqual([
      'agent_mismatch',
      'not_owner',
      'invalid_field',
      'invalid_field',
    ]);
  });
});
