/** Who sees and who changes a memory: every kind of caller against every kind of memory. */
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { Visibility } from '../../../layers/memory/model/memory.ts';
import { mayChange, mayRead } from '../../../layers/memory/policy/access.ts';
import { aCaller } from '../../support/builders.ts';

const callers = {
  unbound: aCaller('t'),
  owner: aCaller('t', { agentId: 'owner' }),
  stranger: aCaller('t', { agentId: 'stranger' }),
  reader: aCaller('t', { agentId: 'reader', spaceRoles: { space_1: 'reader' } }),
  writer: aCaller('t', { agentId: 'writer', spaceRoles: { space_1: 'writer' } }),
  elsewhere: aCaller('t', { agentId: 'elsewhere', spaceRoles: { space_2: 'writer' } }),
} satisfies Record<string, Caller>;
type Who = keyof typeof callers;

const memory = (visibility: Visibility, spaceId: string | null = null) => ({ agentId: 'owner', visibility, spaceId });

const allowed = (rule: typeof mayRead, of: ReturnType<typeof memory>) =>
  (Object.keys(callers) as Who[]).filter((who) => rule(callers[who], of));

describe('who may read', () => {
  it.each<[string, ReturnType<typeof memory>, Who[]]>([
    ['private', memory('agent'), ['unbound', 'owner']],
    ['private and in a space', memory('agent', 'space_1'), ['unbound', 'owner']],
    ['of a user', memory('user'), ['unbound', 'owner', 'stranger', 'reader', 'writer', 'elsewhere']],
    ['of a space', memory('space', 'space_1'), ['unbound', 'owner', 'reader', 'writer']],
  ])('what is %s', (_, of, who) => {
    expect(allowed(mayRead, of)).toEqual(who);
  });
});

describe('who may change', () => {
  it.each<[string, ReturnType<typeof memory>, Who[]]>([
    ['private', memory('agent'), ['unbound', 'owner']],
    ['private and in a space', memory('agent', 'space_1'), ['unbound', 'owner']],
    ['of a user', memory('user'), ['unbound', 'owner']],
    ['of a space', memory('space', 'space_1'), ['unbound', 'owner', 'writer']],
  ])('what is %s', (_, of, who) => {
    expect(allowed(mayChange, of)).toEqual(who);
  });

  it('nobody may change what they may not read', () => {
    for (const visibility of ['agent', 'user', 'space'] as const) {
      const of = memory(visibility, 'space_1');
      expect(allowed(mayRead, of)).toEqual(expect.arrayContaining(allowed(mayChange, of)));
    }
  });
});

describe('a space named like a property that every object has', () => {
  it.each(['constructor', 'toString', '__proto__'])('%s has no members by itself', (spaceId) => {
    expect(allowed(mayRead, memory('space', spaceId))).toEqual(['unbound', 'owner']);
    expect(allowed(mayChange, memory('space', spaceId))).toEqual(['unbound', 'owner']);
  });
});
