/** The hash chain: what it shows, and the two things that it does not. */
import { describe, expect, it } from 'vitest';
import { GENESIS, sealEvent, verifyChain } from '../../../layers/memory/log/chain.ts';
import type { EventHeader, LogEvent } from '../../../layers/memory/model/event.ts';
import { aMemory, anEvent, CHAIN_KEY, ended, moved, stored, updated } from '../../support/builders.ts';

function aStream(): LogEvent[] {
  const first = stored('t', aMemory({ userId: 'u1', metadata: { turn: 1 } }));
  const second = updated('t', first.record, { content: { text: 'second' }, priority: 6 });
  const third = moved('t', second.record, 'warm', 'age');
  return [first, second, third].flatMap(({ commit }) => commit.events);
}

const valid = (events: readonly LogEvent[], key = CHAIN_KEY) => verifyChain(key, events);
const withChange = (events: LogEvent[], at: number, change: Partial<LogEvent>): LogEvent[] =>
  events.map((event, index) => (index === at ? { ...event, ...change } : event));

/** Another value for every field of a header: adding a field to the type breaks this list. */
const TAMPERED: { [K in keyof EventHeader]: EventHeader[K] } = {
  tenantId: 'other',
  streamId: 'mem_other',
  seq: 7,
  id: 'evt_other',
  type: 'memory.erased',
  schemaVersion: 2,
  at: '2020-01-01T00:00:00.000Z',
  actor: 'agent:other',
  requestId: 'req_other',
  agentId: null,
  userId: 'other',
  spaceId: 'space_other',
  visibility: 'agent',
  memoryType: 'fact',
  tier: 'cold',
  version: 9,
  priority: 1,
  confidence: 0.1,
  data: { priority: 10 },
};

describe('a chain', () => {
  it('holds from the first event to the last, and for an empty stream', () => {
    expect([valid(aStream()), valid([])]).toEqual([true, true]);
  });

  it.each(Object.entries(TAMPERED))('breaks where %s is changed', (name, value) => {
    const events = aStream();
    expect(events[1]?.[name as keyof LogEvent]).not.toEqual(value);

    for (const at of [0, 1, 2]) expect(valid(withChange(events, at, { [name]: value }))).toBe(false);
  });

  it.each<[string, Partial<LogEvent>]>([
    ['the payload', { payload: { content: { text: 'forged' } } }],
    ['the salt', { salt: '00'.repeat(16) }],
    ['the payload hash', { payloadHash: '0'.repeat(64) }],
    ['the link', { prevHash: GENESIS }],
    ['the hash', { hash: '0'.repeat(64) }],
    ['the payload with its salt taken away', { payload: { content: { text: 'forged' } }, salt: null }],
    ['the salt alone, left behind', { payload: null }],
    ['the salt alone, taken away', { salt: null }],
  ])('breaks where %s is changed', (_, change) => {
    expect(valid(withChange(aStream(), 1, change))).toBe(false);
  });

  it('breaks where a payload is slipped under an event that had none', () => {
    const events = aStream();

    expect(valid(withChange(events, 2, { payload: { priority: 1 }, salt: 'aa' }))).toBe(false);
    expect(valid(withChange(events, 2, { payload: { priority: 1 } }))).toBe(false);
  });

  it('breaks where events change places, are missing, or come twice', () => {
    const [a, b, c] = aStream() as [LogEvent, LogEvent, LogEvent];

    for (const events of [
      [b, a, c],
      [a, c],
      [b, c],
      [a, b, b, c],
      [a, b, { ...c, seq: 4 }],
    ])
      expect(valid(events)).toBe(false);
  });

  it('breaks under another key: whoever has the table alone cannot seal', () => {
    expect(valid(aStream(), Buffer.alloc(32, 8))).toBe(false);
  });

  it('holds with payloads and salts gone, which is what a deletion leaves', () => {
    const first = stored('t', aMemory());
    const events = [...first.commit.events, ...ended('t', first.record).commit.events];

    expect(valid(events.map((event) => ({ ...event, payload: null, salt: null })))).toBe(true);
  });

  it('does not show that its tail was cut off', () => {
    expect(valid(aStream().slice(0, 2))).toBe(true);
  });

  it('does not show that the whole stream is missing', () => {
    expect(valid([])).toBe(true);
  });
});

describe('sealing', () => {
  const header = anEvent({ tenantId: 't', streamId: 'mem_1' });

  it('salts each payload anew, so that equal contents have unequal hashes', () => {
    const seals = Array.from({ length: 300 }, () => sealEvent(CHAIN_KEY, GENESIS, header, { priority: 1 }));

    expect(new Set(seals.map(({ salt }) => salt)).size).toBe(300);
    expect(new Set(seals.map(({ payloadHash }) => payloadHash)).size).toBe(300);
    for (const { salt } of seals) expect(salt).toMatch(/^[0-9a-f]{32}$/);
  });

  it('gives an event without a payload neither salt nor payload hash', () => {
    expect(sealEvent(CHAIN_KEY, GENESIS, header, null)).toMatchObject({ payload: null, salt: null, payloadHash: '' });
  });

  it('does not depend on the order of the names in an object', () => {
    const [one, two] = [
      sealEvent(CHAIN_KEY, GENESIS, { ...header, data: { a: 1, b: { c: 2, d: 3 } } }, null),
      sealEvent(CHAIN_KEY, GENESIS, { ...header, data: { b: { d: 3, c: 2 }, a: 1 } }, null),
    ];

    expect(one.hash).toBe(two.hash);
  });
});
