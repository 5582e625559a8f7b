/** What leaves: the contract's names in the contract's order, and nothing of the record behind it. */
import { describe, expect, it } from 'vitest';
import { EXAMPLE_MEMORY } from '../../../functions/contract/memory-object.ts';
import { toEvent, toHistory } from '../../../functions/shared/wire/events.ts';
import { toWire } from '../../../functions/shared/wire/memory.ts';
import { aMemory } from '../../support/builders.ts';
import { aPlacedEvent } from './support/fake-memory.ts';

const record = aMemory({
  id: EXAMPLE_MEMORY.id,
  userId: 'user_123',
  visibility: 'user',
  content: EXAMPLE_MEMORY.content as { summary: string },
  confidence: 0.85,
  priority: 7.5,
  metadata: { session_id: 's1' },
  createdAt: '2025-06-01T08:30:00.000Z',
  updatedAt: '2025-06-01T08:30:00.000Z',
});

describe('toWire', () => {
  it('gives a memory as the contract shows it, field by field in order', () => {
    const wire = toWire(record);

    expect(JSON.stringify(wire)).toBe(JSON.stringify(EXAMPLE_MEMORY));
    expect(Object.keys(wire)).toEqual(
      (
        'id agent_id user_id space_id visibility key type content confidence priority metadata source tier dual_stored ' +
        'pinned version created_at updated_at last_accessed_at access_count expires_at'
      ).split(' '),
    );
  });
});

describe('toEvent', () => {
  it('gives the envelope without payload, salt or hashes', () => {
    const event = { ...aPlacedEvent(), streamId: record.id, payload: { content: { secret: 'x' } } };

    const wire = toEvent(event);

    expect(Object.keys(wire)).toEqual(
      'id cursor seq type at actor request_id agent_id user_id space_id memory_id memory_type tier version data'.split(
        ' ',
      ),
    );
    expect(wire.memory_id).toBe(record.id);
    expect(JSON.stringify(wire)).not.toContain('secret');
  });

  it('names no memory for another stream', () => {
    expect(toEvent(aPlacedEvent()).memory_id).toBeNull();
  });
});

describe('toHistory', () => {
  const events = [1, 2, 3].map((seq) => ({ ...aPlacedEvent(), seq, changes: null }));

  it('keeps the newest events that fit, in order, and says so', () => {
    const twoEvents = JSON.stringify(toHistory({ events: events.slice(1), verified: true }).events).length;

    const history = toHistory({ events, verified: true }, twoEvents);

    expect(history.events.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(history.truncated).toBe(true);
  });

  it('says nothing of it where all fit', () => {
    expect(toHistory({ events, verified: false })).toEqual({ events: expect.any(Array), verified: false });
  });
});
