/** What is recalled together: by one call, or by an agent for a person within ten minutes. */
import { describe, expect, it } from 'vitest';
import { type Belonging, jointRecalls, type Recall } from '../../../layers/memory/policy/co-access.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';

const owners = new Map<string, Belonging>(
  ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => [id, { agentId: 'owner', userId: 'ada' }]),
);
owners.set('bobs', { agentId: 'owner', userId: 'bob' });

const recall = (minute: number, ids: string[], agentId: string | null = 'coach'): Recall => ({
  at: secondsAfter(NOON, minute * 60),
  agentId,
  ids,
});
const pairs = (fresh: Recall[], earlier: Recall[] = []) =>
  jointRecalls(fresh, earlier, owners)
    .map(({ id, otherId, count }) => `${id}${otherId}${count}`)
    .sort();

describe('what is recalled together', () => {
  it('is what one call used, each pair once', () => {
    expect(pairs([recall(0, ['c', 'a', 'b'])])).toEqual(['ab1', 'ac1', 'bc1']);
  });

  it.each([
    ['within ten minutes', [recall(0, ['a']), recall(9.9, ['b'])], ['ab1']],
    ['not after them', [recall(0, ['a']), recall(10, ['b'])], []],
    ['not by another agent', [recall(0, ['a']), recall(1, ['b'], 'chef')], []],
    ['not for another person', [recall(0, ['a']), recall(1, ['bobs'])], []],
    ['but together in one call for two', [recall(0, ['a', 'bobs'])], ['abobs1']],
    [
      'by the agent that owns them, where the key is bound to none',
      [recall(0, ['a'], null), recall(1, ['b'], 'owner')],
      ['ab1'],
    ],
    ['not of what is gone', [recall(0, ['a', 'gone']), recall(1, ['b'])], ['ab1']],
  ])('by an agent for a person: %s', (_, fresh, expected) => {
    expect(pairs(fresh)).toEqual(expected);
  });

  it('counts once in ten minutes, however often both are asked for', () => {
    const often = Array.from({ length: 9 }, (_, minute) => recall(minute, ['a', 'b']));

    expect(pairs([...often, recall(10, ['a', 'b'])])).toEqual(['ab2']);
  });

  it('goes together with what was counted before, which does not count again', () => {
    expect(pairs([recall(5, ['c'])], [recall(0, ['a', 'b'])])).toEqual(['ac1', 'bc1']);
    expect(pairs([recall(5, ['a', 'b'])], [recall(0, ['a', 'b'])])).toEqual([]);
  });

  it('is paired with the last five before it, and not with itself', () => {
    const one = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => recall(0, [id], 'chef'));

    expect(pairs([...one, recall(1, ['h'], 'chef')]).filter((pair) => pair.includes('h'))).toEqual([
      'ch1',
      'dh1',
      'eh1',
      'fh1',
      'gh1',
    ]);
    expect(pairs([recall(0, ['a']), recall(1, ['a'])])).toEqual([]);
  });

  it('says when it last was', () => {
    const [pair] = jointRecalls([recall(0, ['b', 'a']), recall(20, ['a', 'b'])], [], owners);

    expect(pair).toEqual({ id: 'a', otherId: 'b', count: 2, lastAt: secondsAfter(NOON, 1_200) });
  });
});
