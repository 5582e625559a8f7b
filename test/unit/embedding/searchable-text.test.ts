import { describe, expect, it } from 'vitest';
import { searchableText } from '../../../layers/memory/embedding/searchable-text.ts';

describe('searchable text', () => {
  it('is the string values in document order, nested ones in their place', () => {
    const content = {
      title: 'HRV',
      body: { finding: 'dropped', tags: ['sleep', { note: 'late dinner' }] },
      end: 'last',
    };

    const text = searchableText(content);

    expect(text).toBe('HRV\ndropped\nsleep\nlate dinner\nlast');
  });

  it('leaves out keys, numbers, booleans, nulls and blank strings', () => {
    const content = { count: 3, done: true, nothing: null, blank: '  \n', text: ' kept ' };

    expect(searchableText(content)).toBe('kept');
  });

  it('is empty for a content without strings', () => {
    expect(searchableText({ heart_rate: [61, 62], nested: {} })).toBe('');
  });

  it('reads 8,000 levels of nesting', () => {
    const depth = 8_000;
    const content = JSON.parse(`{"a":${'['.repeat(depth)}"deep"${']'.repeat(depth)}}`);

    expect(searchableText(content)).toBe('deep');
  });
});
