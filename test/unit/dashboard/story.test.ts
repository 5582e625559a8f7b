import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../../dashboard/src/api/memories.ts';
import { actorWords, chapterOf, standing } from '../../../dashboard/src/views/memories/story.ts';

const event = (more: Partial<HistoryEvent>) => ({ tier: 'hot', data: {}, changes: null, ...more }) as HistoryEvent;

describe('the story of a memory', () => {
  it('says why it moved', () => {
    const moved = event({ type: 'memory.tier_changed', data: { from: 'hot', to: 'warm', reason: 'pressure' } });

    expect(chapterOf(moved)).toEqual({
      title: 'Moved from hot to warm',
      why: 'The hot tier was full, and others were kept sooner.',
      tone: 'warm',
    });
  });

  it('prefers the words of whoever moved it', () => {
    const moved = event({
      type: 'memory.tier_changed',
      data: { from: 'hot', to: 'cold', reason: 'agent', note: 'season is over' },
    });

    expect(chapterOf(moved).why).toBe('season is over');
  });

  it('calls a pin a pin, and other changes by their fields', () => {
    const pinned = event({
      type: 'memory.updated',
      data: { fields: ['pinned'] },
      changes: { pinned: { from: false, to: true } },
    });
    const changed = event({ type: 'memory.updated', data: { fields: ['content', 'metadata'] } });

    expect(chapterOf(pinned).title).toBe('Pinned');
    expect(chapterOf(changed).title).toBe('Changed content and metadata');
  });

  it('tells an event that this page does not know by its type', () => {
    expect(chapterOf(event({ type: 'memory.dreamed' }))).toMatchObject({ title: 'memory.dreamed', tone: 'plain' });
  });

  it('explains the tier by the last move, or by how it was stored', () => {
    const stored = event({ type: 'memory.stored', at: '2026-01-01T00:00:00.000Z' });
    const moved = event({
      type: 'memory.tier_changed',
      at: '2026-02-01T00:00:00.000Z',
      data: { from: 'hot', to: 'warm', reason: 'age' },
    });
    const updated = event({ type: 'memory.updated', at: '2026-03-01T00:00:00.000Z' });

    expect(standing([stored, moved, updated])).toMatchObject({ title: 'Moved from hot to warm', at: moved.at });
    expect(standing([stored, updated])).toMatchObject({ title: 'Stored in hot', at: stored.at });
    expect(standing([])).toBeUndefined();
  });

  it('names who did it', () => {
    expect(actorWords('agent:planner')).toBe('agent planner');
    expect(actorWords('system:migrate-tiers')).toBe('the system (migrate-tiers)');
    expect(actorWords('key:key_0199a4c2')).toBe('key …99a4c2');
  });
});
