/** The words of groups of texts. */
import { describe, expect, it } from 'vitest';
import { termsOf } from '../../../layers/memory/patterns/terms.ts';
import { TOPICS, UNRELATED } from '../../support/topics.ts';

describe('terms', () => {
  it('are the words that a group has and others lack', () => {
    const terms = termsOf([TOPICS.sleep, TOPICS.releases, TOPICS.travel], UNRELATED);

    expect(terms[0]?.slice(0, 2)).toEqual(expect.arrayContaining(['sleep', 'bed']));
    expect(terms[1]).toEqual(expect.arrayContaining(['production', 'release']));
    expect(terms[2]?.[0]).toBe('lisbon');
    for (const words of terms) for (const word of ['the', 'user', 'after']) expect(words[0]).not.toBe(word);
  });

  it('hold no stop word', () => {
    const [terms] = termsOf([['this is what they have', 'this is what they have']], []);

    expect(terms).toEqual([]);
  });

  it('stand in two texts at least: what one memory says alone is no topic', () => {
    const [terms] = termsOf([['Tea Tea Tea with Zoe', 'warm tea', 'tea']], []);

    expect(terms).toEqual(['tea']);
  });

  it('are found in other scripts, and in what is no language at all', () => {
    const [greek, none] = termsOf(
      [
        ['ύπνος βαθύς', 'καλός ύπνος'],
        ['12345 -- 678', '### 12345'],
      ],
      [],
    );

    expect([greek, none]).toEqual([['ύπνος'], []]);
  });
});
