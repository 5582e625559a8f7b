import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordDiff } from '../../../dashboard/src/views/memories/diff.ts';

const original = (pieces: ReturnType<typeof wordDiff>) =>
  pieces.flatMap(({ kind, text }) => (kind === 'added' ? [] : [text])).join('');
const result = (pieces: ReturnType<typeof wordDiff>) =>
  pieces.flatMap(({ kind, text }) => (kind === 'removed' ? [] : [text])).join('');

describe('the diff of two texts', () => {
  it('marks the word that was replaced, the old one first', () => {
    const pieces = wordDiff('the old boiler was repaired', 'the old boiler was replaced');

    expect(pieces).toEqual([
      { kind: 'same', text: 'the old boiler was ' },
      { kind: 'removed', text: 'repaired' },
      { kind: 'added', text: 'replaced' },
    ]);
  });

  it('keeps what stayed in the middle of what changed', () => {
    const pieces = wordDiff('a b c', 'x b y');

    expect(pieces.filter(({ kind }) => kind === 'same')).toEqual([{ kind: 'same', text: 'b ' }]);
  });

  it('is one piece for equal texts and none for empty ones', () => {
    expect(wordDiff('same text', 'same text')).toEqual([{ kind: 'same', text: 'same text' }]);
    expect(wordDiff('', '')).toEqual([]);
    expect(wordDiff('', 'new')).toEqual([{ kind: 'added', text: 'new' }]);
  });

  it('gives both texts back, whatever they are', () => {
    const word = fc.constantFrom('a', 'b ', 'sleep ', '\n  ', '"', ', ', '😴', 'über ', "it's ", '{');
    const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), fc.oneof(text, fc.string()), (from, to) => {
        const pieces = wordDiff(from, to);

        expect(original(pieces)).toBe(from);
        expect(result(pieces)).toBe(to);
      }),
    );
  });

  it('tells texts too large for the table as replaced in their middle', () => {
    const from = `start ${'a b '.repeat(2_000)}end`;
    const to = `start ${'c d '.repeat(2_000)}end`;

    const pieces = wordDiff(from, to);

    expect(pieces.map(({ kind }) => kind)).toEqual(['same', 'removed', 'added', 'same']);
    expect(result(pieces)).toBe(to);
  });
});
