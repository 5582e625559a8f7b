import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf } from '../../../layers/embedding/chunks.ts';

const oneTokenAWord = (windowTokens: number, chunksMax = 8) => ({ windowTokens, chunksMax, countTokens: () => 1 });
const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');

describe('chunks', () => {
  it('keeps a text that fits as one chunk, white space made one space', () => {
    expect(chunksOf(' a\n\tb   c ', oneTokenAWord(3))).toEqual([{ text: 'a b c', tokens: 3 }]);
  });

  it('cuts between words when the window is full', () => {
    const chunks = chunksOf(words(7), oneTokenAWord(3));

    expect(chunks.map((chunk) => chunk.text)).toEqual(['w0 w1 w2', 'w3 w4 w5', 'w6']);
  });

  it('reads at most chunksMax chunks and stops counting there', () => {
    let counted = 0;
    const countTokens = () => {
      counted += 1;
      return 1;
    };
    const limits = { windowTokens: 10, chunksMax: 2, countTokens };

    const chunks = chunksOf(words(1_000), limits);

    expect(chunks).toHaveLength(2);
    expect(counted).toBe(21);
  });

  it('has no chunks for a text without words', () => {
    expect(chunksOf(' \n ', oneTokenAWord(3))).toEqual([]);
  });

  it('cuts a run without spaces, and never a surrogate pair', () => {
    const chunks = chunksOf('🙂'.repeat(200), oneTokenAWord(2));

    expect(chunks).toHaveLength(2);
    for (const { text } of chunks) expect(text.isWellFormed()).toBe(true);
  });

  it('never exceeds the window, and loses no word while chunks last', () => {
    const property = (tokenCounts: number[], windowTokens: number) => {
      const text = tokenCounts.map((tokens, i) => `${i}:${tokens}`).join(' ');
      const countTokens = (word: string) => Number(word.split(':')[1]);

      const chunks = chunksOf(text, { windowTokens, chunksMax: 1_000, countTokens });

      expect(chunks.map((chunk) => chunk.text).join(' ')).toBe(text);
      for (const chunk of chunks) expect(chunk.tokens).toBeLessThanOrEqual(windowTokens);
    };

    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 20 })), fc.integer({ min: 1, max: 30 }), property));
  });
});
