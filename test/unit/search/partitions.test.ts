/** Which partitions a search asks, by who asks and for what. */
import { describe, expect, it } from 'vitest';
import { choosePartitions, namedPartitions, PARTITIONS_MAX } from '../../../layers/memory/search/partitions.ts';
import { aSearch } from '../../support/a-search.ts';
import { aCaller } from '../../support/builders.ts';

const bound = aCaller('t', { agentId: 'coach', spaceRoles: { team: 'reader' } });

describe('namedPartitions', () => {
  it('names the user, the own agent and its spaces', () => {
    const { named, open } = namedPartitions(bound, aSearch('x', { userId: 'u1' }));

    expect(named).toEqual(['user:u1', 'agent:coach', 'space:team']);
    expect(open).toBe(false);
  });

  it('names no space that the caller does not belong to', () => {
    expect(namedPartitions(bound, aSearch('x', { spaceIds: ['team', 'board'] })).named).toEqual([
      'space:team',
      'agent:coach',
    ]);
  });

  it('names the private memories of no other agent', () => {
    expect(namedPartitions(bound, aSearch('x', { agentId: 'rival' })).named).toEqual(['space:team']);
  });

  it('names any agent and any space for an unbound key', () => {
    const { named } = namedPartitions(aCaller('t'), aSearch('x', { agentId: 'rival', spaceIds: ['board'] }));

    expect(named).toEqual(['space:board', 'agent:rival']);
  });

  it('is open where neither a user nor a space is named', () => {
    expect(namedPartitions(aCaller('t'), aSearch('x'))).toEqual({ named: [], open: true });
  });
});

describe('choosePartitions', () => {
  const recent = Array.from({ length: PARTITIONS_MAX + 1 }, (_, n) => `user:${n}`);

  it('fills up with recent ones and says what had to stay out', () => {
    const { partitions, truncated } = choosePartitions({ named: ['agent:a', 'user:3'], open: true }, recent);

    expect(partitions).toEqual(['agent:a', 'user:3', 'user:0', 'user:1', 'user:2', 'user:4', 'user:5', 'user:6']);
    expect(truncated).toBe(true);
  });

  it('takes no recent ones where a place was named', () => {
    expect(choosePartitions({ named: ['user:1'], open: false }, recent)).toEqual({
      partitions: ['user:1'],
      truncated: false,
    });
  });
});
