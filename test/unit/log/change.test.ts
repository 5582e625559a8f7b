/** Changes as events: what the header says in public, where content goes, and the row that a change leaves. */
import { describe, expect, it } from 'vitest';
import {
  andThen,
  contextFor,
  ended,
  movedTo,
  plainEvent,
  prioritized,
  retained,
  rowOf,
  stored,
  updated,
} from '../../../layers/memory/log/change.ts';
import { aCaller, CHAIN_KEY } from '../../support/builders.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aContext, someFields } from './a-change.ts';

const ID = 'mem_1';
const first = (overrides = {}) => stored(aContext(), ID, someFields(overrides));
const onlyEvent = <T>({ events }: { events: T[] }): T => {
  const [event, ...more] = events;
  if (event === undefined || more.length > 0) throw new Error('one event is expected');
  return event;
};

describe('storing', () => {
  it('begins a stream: seq and version 1, the whole of the fields as payload, none of it in the header', () => {
    const event = onlyEvent(first({ content: { text: 'a secret' } }));

    expect(event).toMatchObject({ type: 'memory.stored', streamId: ID, seq: 1, version: 1, tier: 'hot', at: NOON });
    expect(event.payload).toEqual(someFields({ content: { text: 'a secret' } }));
    const { payload, ...header } = event;
    expect(JSON.stringify(header)).not.toContain('secret');
  });

  it.each([
    [-1, 'hot'],
    [-240, 'warm'],
    [-730, 'cold'],
  ] as const)('places what is %d days old %s, and remembers since when', (days, tier) => {
    const { record } = first({ createdAt: daysAfter(NOON, days) });

    expect(record).toMatchObject({ tier, createdAt: daysAfter(NOON, days), updatedAt: NOON, tierSince: NOON });
  });

  it.each([
    [{}, false],
    [{ priority: 8 }, true],
    [{ confidence: 0.9 }, true],
    [{ priority: 10, createdAt: daysAfter(NOON, -60) }, false],
  ])('with %o is stored twice: %s', (fields, isDual) => {
    const change = first(fields);

    expect(change.record.dualStored).toBe(isDual);
    expect(onlyEvent(change).data).toMatchObject({ dual_stored: isDual });
  });
});

describe('updating', () => {
  it('names the changed fields as the contract does, with the reason, and never a value', () => {
    const { record } = first();
    const event = onlyEvent(
      updated(aContext(), record, { content: { text: 'a secret' }, expiresAt: null, spaceId: null }, 'corrected'),
    );

    expect(event.data).toEqual({
      fields: ['content', 'expires_at', 'space_id'],
      reason: 'corrected',
      dual_stored: false,
    });
  });

  it('moves version and updated_at, and contentSeq only with the content', () => {
    const { record } = first();
    const later = daysAfter(NOON, 1);
    const dearer = updated(aContext({ now: later }), record, { priority: 6 }).record;
    const reworded = updated(aContext({ now: later }), record, { content: { text: 'new' } }).record;

    expect(dearer).toMatchObject({ seq: 2, version: 2, updatedAt: later, contentSeq: 1, content: { text: 'first' } });
    expect(reworded).toMatchObject({ seq: 2, version: 2, contentSeq: 2, content: { text: 'new' } });
  });

  it('judges dual storage anew, both ways', () => {
    const high = updated(aContext(), first().record, { priority: 8 }).record;

    expect(high.dualStored).toBe(true);
    expect(updated(aContext(), high, { priority: 7 }).record.dualStored).toBe(false);
  });
});

describe('prioritizing', () => {
  it('tells from and to', () => {
    const event = onlyEvent(prioritized(aContext(), first().record, 7.5, 'why'));

    expect(event).toMatchObject({ type: 'memory.prioritized', version: 2, priority: 7.5, payload: null });
    expect(event.data).toMatchObject({ from: 5, to: 7.5, reason: 'why' });
  });
});

describe('moving and retaining', () => {
  it('a move tells from, to, reason, hold and note, and leaves the version', () => {
    const event = onlyEvent(movedTo(aContext(), first().record, 'cold', 'agent', 'archived', 'no longer needed'));

    expect(event).toMatchObject({ type: 'memory.tier_changed', tier: 'cold', version: 1, payload: null });
    expect(event.data).toMatchObject({ from: 'hot', to: 'cold', reason: 'agent', hold: 'archived' });
    expect(event.data.note).toBe('no longer needed');
  });

  it('out of the hot tier ends dual storage, back into it brings it again', () => {
    const dual = first({ priority: 9 }).record;
    const warm = movedTo(aContext(), dual, 'warm', 'pressure').record;

    expect([dual.dualStored, warm.dualStored]).toEqual([true, false]);
    expect(movedTo(aContext(), warm, 'hot', 'use').record.dualStored).toBe(true);
  });

  it('a retention mark comes and goes, and leaves the version', () => {
    const marked = retained(aContext(), first().record, 'pol_1').record;

    expect(marked).toMatchObject({ retainedBy: 'pol_1', version: 1, seq: 2 });
    expect(retained(aContext(), marked, null).record.retainedBy).toBeNull();
  });
});

describe('ending', () => {
  it('is one more event, without payload, that says why', () => {
    const { record } = first();
    const event = ended(aContext(), record, 'memory.deleted', 'no longer true');

    expect(event).toMatchObject({ seq: 2, prevHash: record.headHash, payload: null, version: 1, tier: 'hot' });
    expect(event.data).toEqual({ reason: 'no longer true' });
  });
});

describe('two changes in one commit', () => {
  it('follow each other in the stream', () => {
    const { record } = first({ createdAt: daysAfter(NOON, -730) });

    const both = andThen(updated(aContext(), record, { pinned: true }), (next) =>
      movedTo(aContext(), next, 'hot', 'agent'),
    );

    expect(both.events.map(({ seq, type }) => [seq, type])).toEqual([
      [2, 'memory.updated'],
      [3, 'memory.tier_changed'],
    ]);
    expect(both.events[1]?.prevHash).toBe(both.events[0]?.hash);
    expect(both.record).toMatchObject({ tier: 'hot', pinned: true, seq: 3 });
  });
});

describe('the catalog row of a change', () => {
  it('is new only for a store, and carries content only where the change brought one', () => {
    const store = first();
    const dearer = updated(aContext(), store.record, { priority: 6 });
    const reworded = updated(aContext(), dearer.record, { content: { text: 'new' } });
    const rows = [store, dearer, reworded].map(rowOf);

    expect(rows.map(({ isNew, content }) => [isNew, content])).toEqual([
      [true, { text: 'first' }],
      [false, null],
      [false, { text: 'new' }],
    ]);
    expect(rows[0]?.record).not.toHaveProperty('content');
  });

  it('carries the content that the first of two changes brought', () => {
    const { record } = first({ createdAt: daysAfter(NOON, -730) });
    const both = andThen(updated(aContext(), record, { content: { text: 'new' } }), (next) =>
      movedTo(aContext(), next, 'warm', 'use'),
    );

    expect(rowOf(both)).toMatchObject({ content: { text: 'new' }, record: { tier: 'warm', contentSeq: 2 } });
  });
});

describe('events of other streams', () => {
  it('begin at seq 1 and go on from their head', () => {
    const set = plainEvent(aContext(), 'policy:a', null, { type: 'policy.set', agentId: 'a', data: {} });
    const next = plainEvent(aContext(), 'policy:a', set, { type: 'policy.cleared', agentId: 'a', data: {} });

    expect([set.seq, next.seq]).toEqual([1, 2]);
    expect(next.prevHash).toBe(set.hash);
    expect(next).toMatchObject({ memoryType: null, tier: null, version: null, payload: null });
  });
});

describe('who did it', () => {
  it.each([
    ['agent:coach', aCaller('t', { agentId: 'coach' })],
    ['key:key_test', aCaller('t')],
  ])('is %s', (actor, caller) => {
    const context = contextFor({ chainKey: CHAIN_KEY, rules: aContext().rules }, caller, NOON);

    expect(onlyEvent(stored(context, ID, someFields()))).toMatchObject({ actor, requestId: 'req_test', tenantId: 't' });
  });
});
