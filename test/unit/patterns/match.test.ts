/** Groups found again: the same pattern as long as it shares half of what both hold. */
import { describe, expect, it } from 'vitest';
import { continuing } from '../../../layers/memory/patterns/match.ts';

const set = (text: string) => text.split('');
const matches = (found: string[], known: string[]) => [...continuing(found.map(set), known.map(set))];

describe('a group', () => {
  it('continues the pattern with the same members, in whatever order', () => {
    expect(matches(['abc', 'def'], ['fed', 'cab'])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('continues one at an overlap of a half, and none below', () => {
    expect(matches(['abcdef'], ['abc'])).toEqual([[0, 0]]);
    expect(matches(['abcdefg'], ['abc'])).toEqual([]);
    expect(matches(['abcd'], ['abef'])).toEqual([]);
  });

  it('gives way to one that overlaps more', () => {
    expect(matches(['abcdx', 'abcde'], ['abcde'])).toEqual([[1, 0]]);
  });

  it('is new where nothing was known', () => {
    expect(matches(['abc'], [])).toEqual([]);
    expect(matches([], ['abc'])).toEqual([]);
  });
});
