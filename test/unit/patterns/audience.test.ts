/** Who learns of a pattern by its event: nobody who could not read all of its memories. */
import { describe, expect, it } from 'vitest';
import { maySee } from '../../../layers/memory/log/filter.ts';
import type { SeenMember } from '../../../layers/memory/model/pattern.ts';
import { audienceOf } from '../../../layers/memory/patterns/audience.ts';
import { mayRead } from '../../../layers/memory/policy/access.ts';
import { aCaller, anEvent } from '../../support/builders.ts';

const of = (agentId: string, visibility: SeenMember['visibility'], spaceId: string | null = null): SeenMember => ({
  id: 'mem',
  similarity: 1,
  agentId,
  visibility,
  spaceId,
});
const CALLERS = [
  aCaller('t', { agentId: 'ann', spaceRoles: { lab: 'reader' } }),
  aCaller('t', { agentId: 'bob', spaceRoles: { lab: 'writer', den: 'reader' } }),
  aCaller('t', { agentId: 'sam' }),
];

function seers(members: SeenMember[], reader: string | null = null): (string | null)[] {
  const event = anEvent({ tenantId: 't', streamId: 'pattern:p', ...audienceOf(members, reader) });
  return CALLERS.filter((caller) => maySee(caller, event)).map(({ agentId }) => agentId);
}

describe('the event of a pattern', () => {
  it.each([
    ['open memories', [of('ann', 'user'), of('bob', 'user')], ['ann', 'bob', 'sam']],
    ['one agent’s own', [of('ann', 'agent'), of('ann', 'agent')], ['ann']],
    ['one agent’s own and open ones', [of('ann', 'agent'), of('bob', 'user')], ['ann']],
    ['two agents’ own', [of('ann', 'agent'), of('bob', 'agent')], []],
    ['a space’s', [of('ann', 'space', 'lab'), of('bob', 'space', 'lab'), of('sam', 'user')], ['ann', 'bob']],
    ['two spaces’', [of('ann', 'space', 'lab'), of('bob', 'space', 'den')], []],
    ['a space’s and one agent’s own', [of('bob', 'space', 'lab'), of('ann', 'agent')], []],
  ])('of %s is seen by those who may read them all', (_, members, expected) => {
    expect(seers(members)).toEqual(expected);
    for (const caller of CALLERS.filter(({ agentId }) => expected.includes(agentId ?? ''))) {
      expect(members.every((member) => mayRead(caller, member))).toBe(true);
    }
  });

  it('is seen by the agent whose key found it', () => {
    expect(seers([of('bob', 'space', 'lab'), of('ann', 'agent')], 'ann')).toEqual(['ann']);
  });
});
