import { describe, expect, it } from 'vitest';
import { changedFields, lineOf, restOf, shortened } from '../../../dashboard/src/views/memories/content.ts';

describe('the content of a memory', () => {
  it('leads with the field that speaks for it, whatever its name', () => {
    expect(lineOf({ tags: ['a'], text: ' Deep sleep. ' })).toBe('Deep sleep.');
    expect(lineOf({ score: 3, finding: 'HRV rose' })).toBe('HRV rose');
  });

  it('is told as JSON where no field is text', () => {
    expect(lineOf({ score: 3 })).toBe('{"score":3}');
  });

  it('leaves what is beside its lead', () => {
    expect(restOf({ text: 'a', effect: { p: 0.03 } })).toEqual({ effect: { p: 0.03 } });
    expect(restOf({ text: 'a' })).toBeUndefined();
  });

  it('is cut between words', () => {
    expect(shortened('one two three', 9)).toBe('one two…');
    expect(shortened('short', 9)).toBe('short');
    expect(shortened('unbreakable', 5)).toBe('unbre…');
  });

  it('tells each field that changed, came or went', () => {
    const fields = changedFields({ text: 'a', same: 1, gone: true }, { text: 'b', same: 1, more: [1] });

    expect(fields).toEqual([
      { field: 'text', from: 'a', to: 'b' },
      { field: 'more', from: '', to: '[\n  1\n]' },
      { field: 'gone', from: 'true', to: '' },
    ]);
  });
});
