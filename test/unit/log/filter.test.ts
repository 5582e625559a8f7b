/** The event filter in memory; that it agrees with its SQL is in the contract of the log, which both pass. */
import { describe, expect, it } from 'vitest';
import { compileFilter, maySee } from '../../../layers/memory/log/filter.ts';
import type { EventFilter } from '../../../layers/memory/log/port.ts';
import type { EphemeralEvent } from '../../../layers/memory/model/event.ts';
import { aCaller, anEvent } from '../../support/builders.ts';

const event = anEvent({
  tenantId: 't',
  streamId: 'mem_1',
  type: 'memory.updated',
  ...{ agentId: 'a', userId: 'u', spaceId: 's', visibility: 'space', memoryType: 'fact', tier: 'hot' },
  ...{ priority: 5, confidence: 0.5 },
});
const bare = anEvent({ tenantId: 't', streamId: 'key:1', type: 'key.created' });
const metrics = { ...bare, type: 'metrics' } as unknown as EphemeralEvent;

describe('a filter', () => {
  it.each<[EventFilter, boolean, boolean]>([
    [{}, true, true],
    [{ agentIds: [], events: [] }, true, true],
    [{ agentIds: ['a', 'b'] }, true, false],
    [{ agentIds: ['b'] }, false, false],
    [{ userIds: ['u'] }, true, false],
    [{ spaceIds: ['s'] }, true, false],
    [{ memoryIds: ['mem_1'] }, true, false],
    [{ types: ['fact'] }, true, false],
    [{ tiers: ['warm'] }, false, false],
    [{ minPriority: 5 }, true, false],
    [{ minPriority: 5.1 }, false, false],
    [{ minConfidence: 0.5 }, true, false],
    [{ events: ['memory.updated'] }, true, false],
    [{ events: ['memory.*'] }, true, false],
    [{ events: ['key.*', 'memory.stored'] }, false, true],
    [{ agentIds: ['a'], tiers: ['warm'] }, false, false],
  ])('%j', (filter, whole, without) => {
    const passes = compileFilter(filter);

    expect([passes(event), passes(bare)]).toEqual([whole, without]);
  });

  it.each<[EventFilter, boolean]>([
    [{ agentIds: ['a'], minPriority: 9 }, true],
    [{ events: ['metrics'] }, true],
    [{ events: ['memory.*'] }, false],
  ])('lets metrics through unless it names other events: %j', (filter, passes) => {
    expect(compileFilter(filter)(metrics)).toBe(passes);
  });
});

describe('an event', () => {
  it.each([
    ['an unbound key', aCaller('t'), true, true],
    ['its agent', aCaller('t', { agentId: 'a' }), true, false],
    ['a member of its space', aCaller('t', { agentId: 'b', spaceRoles: { s: 'reader' } }), true, false],
    ['another agent', aCaller('t', { agentId: 'b', spaceRoles: { other: 'writer' } }), false, false],
  ])('is seen by %s as the rule of access says; without visibility it is its agent’s', (_, caller, own, key) => {
    expect([maySee(caller, event), maySee(caller, bare)]).toEqual([own, key]);
  });
});
