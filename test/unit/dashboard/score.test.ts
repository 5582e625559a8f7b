import { describe, expect, it } from 'vitest';
import { scoreParts, scoreWords } from '../../../dashboard/src/views/memories/score.ts';

const EXPLAIN = { recency: 0.004, semantic: 0.2, lexical: 0.56, retention: 0, priority: 0.02, confidence: 0.008 };

describe('the parts of a score', () => {
  it('come in the order of the legend, without those that add nothing', () => {
    expect(scoreParts(EXPLAIN).map(({ name }) => name)).toEqual([
      'lexical',
      'semantic',
      'priority',
      'confidence',
      'recency',
    ]);
  });

  it('keep a part that this page does not know, so that the bar still adds up', () => {
    const parts = scoreParts({ ...EXPLAIN, novelty: 0.1 });

    expect(parts.at(-1)).toMatchObject({ name: 'novelty', value: 0.1 });
    expect(parts.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(0.892);
  });

  it('are said in words, small ones with the digit that shows them', () => {
    const words = scoreWords(0.792, scoreParts(EXPLAIN));

    expect(words).toBe('Score 0.79: words 0.56, meaning 0.20, priority 0.02, confidence 0.008, recency 0.004');
  });
});
