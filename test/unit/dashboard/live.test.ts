import { describe, expect, it } from 'vitest';
import { describe as tell } from '../../../dashboard/src/views/live/describe.ts';
import { EVERYTHING, logFilter, namesIn, passes, socketFilter } from '../../../dashboard/src/views/live/filter.ts';
import { ROWS_MAX, withNewest, withOlder } from '../../../dashboard/src/views/live/rows.ts';
import { EVENT_TYPES } from '../../../layers/memory/model/event.ts';
import { anEvent } from './an-event.ts';

const LIVE_ONLY = ['memory.retrieved', 'memory.searched'];

describe('an event in words', () => {
  it.each([...EVENT_TYPES, ...LIVE_ONLY])('%s has a sentence of its own', (type) => {
    const { who, what } = tell(
      anEvent({ type, data: { from: 'hot', to: 'warm', reason: 'age', fields: ['content'] } }),
    );

    expect(who).toBe('kitchen');
    expect(what).not.toContain(type);
    expect(what).not.toContain('undefined');
  });

  it('says where a memory moved, and why', () => {
    const { who, what } = tell(
      anEvent({ type: 'memory.tier_changed', data: { from: 'hot', to: 'warm', reason: 'pressure' } }),
    );

    expect(`${who}${what}`).toBe('kitchen’s insight for ada moved from hot to warm to make room');
  });

  it('is told by its name where a later version added it', () => {
    expect(tell(anEvent({ type: 'memory.dreamt' })).what).toContain('memory.dreamt');
  });
});

describe('the filter', () => {
  it('asks for everything with nothing chosen', () => {
    expect(socketFilter(EVERYTHING)).toEqual({});
    expect(logFilter(EVERYTHING)).toEqual({ events: [] });
    expect(passes(EVERYTHING, anEvent())).toBe(true);
  });

  it('asks the log for what it has, and for nothing where all that is chosen is live only', () => {
    expect(logFilter({ ...EVERYTHING, kinds: ['used'] })).toBeNull();
    expect(logFilter({ ...EVERYTHING, kinds: ['used', 'stored'] })?.events).toEqual(['memory.stored']);
  });

  it('passes what every choice names', () => {
    const chosen = { ...EVERYTHING, kinds: ['governed', 'stored'] as const, agents: ['kitchen'] };

    expect(passes(chosen, anEvent({ type: 'policy.set' }))).toBe(true);
    expect(passes(chosen, anEvent({ type: 'memory.deleted' }))).toBe(false);
    expect(passes(chosen, anEvent({ agent_id: 'gardener' }))).toBe(false);
  });

  it('shows no figures among what happened', () => {
    expect(passes(EVERYTHING, anEvent({ type: 'metrics' }))).toBe(false);
  });

  it('takes names with commas', () => {
    expect(namesIn(' kitchen, ,sleep-coach,')).toEqual(['kitchen', 'sleep-coach']);
  });
});

describe('the rows', () => {
  it('have the newest on top and each event once', () => {
    const [first, second, third] = [anEvent(), anEvent(), anEvent()];

    const rows = withOlder(withNewest([second], [second, third]), [second, first]);

    expect(rows).toEqual([third, second, first]);
  });

  it('stay the same where nothing is new, so that nothing is drawn', () => {
    const rows = [anEvent()];

    expect(withNewest(rows, rows)).toBe(rows);
  });

  it('are bounded', () => {
    const many = Array.from({ length: ROWS_MAX + 5 }, () => anEvent());

    expect(withNewest([], many)).toHaveLength(ROWS_MAX);
  });
});
