/** A stream folded event by event: what it leaves, and what is wrong with it. */
import { describe, expect, it } from 'vitest';
import { beginFold, type Fold, faultOf, fold } from '../../../layers/memory/log/fold.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import { aMemory, anEvent, CHAIN_KEY, ended, moved, stored, updated } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';

const TENANT = 't';

const folded = (events: readonly LogEvent[]): Fold =>
  events.reduce((state, event) => fold(CHAIN_KEY, state, event), beginFold(events[0]?.streamId ?? ''));

/** Links after each other, as they are in a stream. */
function chain(streamId: string, ...headers: Partial<LogEvent>[]): LogEvent[] {
  const events: LogEvent[] = [];
  for (const [at, header] of headers.entries()) {
    events.push(anEvent({ tenantId: TENANT, streamId, seq: at + 1, ...header }, null, events.at(-1)?.hash));
  }
  return events;
}

const memory = () => {
  const first = stored(TENANT, aMemory());
  const second = updated(TENANT, first.record, { content: { text: 'revised' } });
  const third = moved(TENANT, second.record, 'warm', 'age');
  const events = [first, second, third].flatMap(({ commit }) => commit.events);
  return { events, record: third.record, end: ended(TENANT, third.record).commit.events };
};

const blank = (event: LogEvent): LogEvent => ({ ...event, payload: null, salt: null });

describe('a memory', () => {
  it('is what its events make of it', () => {
    const { events, record } = memory();

    expect(folded(events)).toMatchObject({ memory: record, space: null, policy: null });
    expect(faultOf(folded(events))).toBeNull();
  });

  it('is gone once it ended, payloads and all, and nothing is wrong with that', () => {
    const { events, end } = memory();
    const state = folded([...events.map(blank), ...end]);

    expect([state.memory, faultOf(state)]).toEqual([null, null]);
  });

  it.each([0, 1])('has a fault where a payload is gone before its end: event %i', (at) => {
    const { events } = memory();

    const state = folded(events.map((event, n) => (n === at ? blank(event) : event)));

    expect(faultOf(state)).toMatch(/payload is gone/);
  });

  it.each([
    [
      'a header',
      (events: LogEvent[]) => events.map((event, n) => (n === 1 ? { ...event, priority: 10 } : event)),
      /event 2/,
    ],
    ['an event is missing', (events: LogEvent[]) => events.filter((_, n) => n !== 1), /event 3/],
    ['the first one is missing', (events: LogEvent[]) => events.slice(1), /event 2/],
  ])('has a fault, named by its event, where %s was altered', (_, alter, named) => {
    expect(faultOf(folded(alter(memory().events)))).toMatch(named);
  });
});

describe('a space', () => {
  const MADE = { type: 'space.created', data: { space_id: 's', name: 'lab' } } as const;
  const set = (agent: string, role: string) =>
    ({ type: 'space.member_set', data: { space_id: 's', agent_id: agent, role } }) as const;

  it('has the members that were set and not removed, each in the last role', () => {
    const left = { type: 'space.member_removed', data: { space_id: 's', agent_id: 'b' } } as const;
    const events = chain('space:s', MADE, set('a', 'reader'), set('b', 'writer'), set('a', 'writer'), left);

    expect(folded(events).space).toEqual({
      id: 's',
      name: 'lab',
      createdAt: NOON,
      members: [{ agentId: 'a', role: 'writer' }],
      seq: 5,
      headHash: events.at(-1)?.hash,
    });
  });

  it('is gone once it is deleted', () => {
    expect(folded(chain('space:s', MADE, { type: 'space.deleted' })).space).toBeNull();
  });
});

describe('a policy', () => {
  const SET = {
    type: 'policy.set',
    agentId: 'a',
    data: { policy_id: 'p', criteria: { min_priority: 5, max_age_days: 9 }, score_threshold: 1, on_fail: 'archive' },
  } as const;

  it('stands as it was set last', () => {
    const policy = {
      id: 'p',
      criteria: { minPriority: 5, maxAgeDays: 9 },
      scoreThreshold: 1,
      onFail: 'archive',
      setAt: NOON,
    };

    expect(folded(chain('policy:a', SET, SET)).policy).toEqual({ agentId: 'a', seq: 2, policy });
  });

  it('is gone once it is cleared', () => {
    expect(folded(chain('policy:a', SET, { type: 'policy.cleared', agentId: 'a' })).policy).toBeNull();
  });
});

it('is nothing to a rebuild, where the stream is another', () => {
  expect(folded(chain('key:k', { type: 'key.created' }))).toMatchObject({ memory: null, space: null, policy: null });
});
