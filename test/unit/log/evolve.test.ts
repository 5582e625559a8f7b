/** Replay: whatever was done to a memory, its events alone give the record that the changes left. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, SECOND_MS } from '../../../layers/memory/clock.ts';
import { verifyChain } from '../../../layers/memory/log/chain.ts';
import { type Changed, ended, movedTo, plainEvent, stored, updated } from '../../../layers/memory/log/change.ts';
import { evolve, replay } from '../../../layers/memory/log/evolve.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import { CHAIN_KEY } from '../../support/builders.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import { aContext, anyFields, someFields, someSteps } from './a-change.ts';

const ID = 'mem_1';

/** All changes one after the other, a second apart; every state on the way. */
function carryOut(fields: typeof anyFields extends fc.Arbitrary<infer F> ? F : never, steps: StepsOf): Changed[] {
  const all = [stored(aContext(), ID, fields)];
  for (const [index, step] of steps.entries()) {
    const before = all.at(-1)?.record;
    if (before === undefined) throw new Error('a sequence begins with a store');
    all.push(step(aContext({ now: instant(Date.parse(NOON) + (index + 1) * SECOND_MS) }), before));
  }
  return all;
}
type StepsOf = typeof someSteps extends fc.Arbitrary<infer S> ? S : never;

const eventsOf = (changes: Changed[]): LogEvent[] => changes.flatMap(({ events }) => events);

describe('replaying the events of any sequence of changes', () => {
  it('gives the record that the last one returned, and at each seq the one of then', () => {
    fc.assert(
      fc.property(anyFields, someSteps, (fields, steps) => {
        const changes = carryOut(fields, steps);
        // As they come back from the log: plain JSON.
        const events = JSON.parse(JSON.stringify(eventsOf(changes))) as LogEvent[];

        for (const { record } of changes) {
          expect(replay(events.filter(({ seq }) => seq <= record.seq))).toEqual(record);
        }
        expect(verifyChain(CHAIN_KEY, events)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the invariants of a record', () => {
    fc.assert(
      fc.property(anyFields, someSteps, (fields, steps) => {
        const changes = carryOut(fields, steps);
        const { record } = changes.at(-1) as Changed;
        const meaningful = eventsOf(changes).filter(({ type }) => type.match(/stored|updated|prioritized/));

        expect(record.seq).toBe(changes.length);
        expect(record.version).toBe(meaningful.length);
        expect(record.createdAt).toBe(NOON);
        expect(record.updatedAt).toBe(meaningful.at(-1)?.at);
        expect(record.headHash).toBe(changes.at(-1)?.events.at(-1)?.hash);
        expect(record.dualStored).toBe(record.tier === 'hot' && (record.priority >= 8 || record.confidence >= 0.9));
        expect(eventsOf(changes)[record.contentSeq - 1]?.payload?.content).toEqual(record.content);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a stream that ended', () => {
  it.each(['memory.deleted', 'memory.expired', 'memory.erased'] as const)('by %s has no state', (type) => {
    const first = stored(aContext(), ID, someFields());

    expect(replay([...first.events, ended(aContext(), first.record, type, null)])).toBeNull();
  });

  it('has no state at any earlier seq either, once its payloads are gone', () => {
    const first = stored(aContext(), ID, someFields());
    const second = updated(aContext(), first.record, { priority: 6 });
    const blanked = eventsOf([first, second]).map((event) => ({ ...event, payload: null, salt: null }));

    expect([replay(blanked), replay(blanked.slice(0, 1))]).toEqual([null, null]);
  });
});

describe('an event out of place', () => {
  it('on nothing is nothing: a change needs a memory', () => {
    const first = stored(aContext(), ID, someFields());
    const moved = movedTo(aContext(), first.record, 'warm', 'age');

    expect(moved.events.map((event) => evolve(null, event))).toEqual([null]);
    expect(replay([])).toBeNull();
  });

  it('of another kind of stream is no memory', () => {
    const event = plainEvent(aContext(), 'policy:a', null, { type: 'policy.set', agentId: 'a', data: {} });

    expect(replay([event])).toBeNull();
  });
});

describe('a tier change', () => {
  it('keeps version, age and the time of the last change, and dates the tier', () => {
    const { record } = stored(aContext(), ID, someFields());
    const later = secondsAfter(NOON, 60);

    const moved = movedTo(aContext({ now: later }), record, 'cold', 'agent', 'archived').record;

    expect(moved).toMatchObject({ version: 1, createdAt: NOON, updatedAt: NOON, tierSince: later, hold: 'archived' });
    expect(movedTo(aContext(), moved, 'warm', 'agent').record.hold).toBeNull();
  });
});
