/** Which events end a connection because its caller may see something else now. */
import { expect, it } from 'vitest';
import { rightsChanged } from '../../../layers/memory/feed/rights.ts';
import type { PlacedEvent } from '../../../layers/memory/model/event.ts';
import { aCaller, anEvent } from '../../support/builders.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';

const CALLER = aCaller('t', { keyId: 'k1', agentId: 'coach', spaceRoles: { lab: 'reader' } });
const of = (type: PlacedEvent['type'], data: PlacedEvent['data'], spaceId: string | null = null): PlacedEvent => ({
  ...anEvent({ tenantId: 't', streamId: 'x', type, data, spaceId, at: NOON }),
  cursor: 'c',
});

it.each<[string, PlacedEvent, boolean]>([
  ['its key is revoked', of('key.revoked', { key_id: 'k1' }), true],
  ['another key is revoked', of('key.revoked', { key_id: 'k2' }), false],
  ['its agent joins a space', of('space.member_set', { agent_id: 'coach', role: 'reader' }, 'den'), true],
  ['its agent gets another role', of('space.member_set', { agent_id: 'coach', role: 'writer' }, 'lab'), true],
  ['its agent keeps its role', of('space.member_set', { agent_id: 'coach', role: 'reader' }, 'lab'), false],
  ['another agent joins', of('space.member_set', { agent_id: 'chef', role: 'reader' }, 'lab'), false],
  ['its agent leaves', of('space.member_removed', { agent_id: 'coach' }, 'lab'), true],
  ['its agent leaves where it was not known to be', of('space.member_removed', { agent_id: 'coach' }, 'den'), false],
  ['its space is deleted', of('space.deleted', {}, 'lab'), true],
  ['another space is deleted', of('space.deleted', {}, 'den'), false],
  ['a memory is stored', of('memory.stored', {}), false],
])('%s', (_, event, changed) => {
  expect(rightsChanged({ caller: CALLER, since: NOON }, event)).toBe(changed);
});

it('an unbound key sees all, whatever happens to spaces', () => {
  const unbound = aCaller('t', { keyId: 'k1' });

  const member = { caller: unbound, since: NOON };
  expect(rightsChanged(member, of('space.deleted', {}, 'lab'))).toBe(false);
  expect(rightsChanged(member, of('space.member_set', { agent_id: 'coach', role: 'reader' }, 'lab'))).toBe(false);
});

it('what was before the connection does not end it, however late it is read', () => {
  const since = secondsAfter(NOON, 1);

  expect(rightsChanged({ caller: CALLER, since }, of('space.member_removed', { agent_id: 'coach' }, 'lab'))).toBe(
    false,
  );
});
