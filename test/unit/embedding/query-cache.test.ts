import { describe, expect, it } from 'vitest';
import { Lru } from '../../../layers/memory/embedding/lru.ts';
import { cachedQueries } from '../../../layers/memory/embedding/query-cache.ts';

describe('LRU', () => {
  it('forgets the entry that was not used for longest', () => {
    const lru = new Lru<number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    lru.get('a');

    lru.set('c', 3);

    expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
  });

  it('deletes only the value it was asked to', () => {
    const lru = new Lru<string>(2);
    lru.set('a', 'newer');

    lru.deleteIf('a', 'older');

    expect(lru.get('a')).toBe('newer');
  });
});

describe('query cache', () => {
  const counting = (entries?: number) => {
    const computed: string[] = [];
    const compute = async (text: string) => {
      computed.push(text);
      return Float32Array.of(text.length);
    };
    return { computed, query: cachedQueries('m', compute, entries) };
  };

  it('computes a query once, also when it is asked twice at the same time', async () => {
    const { computed, query } = counting();

    const both = await Promise.all([query('hrv'), query('hrv')]);
    await query('hrv');

    expect(computed).toEqual(['hrv']);
    expect(both).toEqual([Float32Array.of(3), Float32Array.of(3)]);
  });

  it('is bounded: the oldest query is computed again', async () => {
    const { computed, query } = counting(2);

    for (const text of ['a', 'b', 'c', 'a']) await query(text);

    expect(computed).toEqual(['a', 'b', 'c', 'a']);
  });

  it('hands out copies: what a caller does to a vector stays with it', async () => {
    const { query } = counting();
    const first = await query('hrv');
    first[0] = 99;

    expect(await query('hrv')).toEqual(Float32Array.of(3));
  });

  it('forgets a failure', async () => {
    let calls = 0;
    const query = cachedQueries('m', async () => {
      calls += 1;
      if (calls === 1) throw new Error('down');
      return Float32Array.of(1);
    });

    await expect(query('hrv')).rejects.toThrow('down');
    expect(await query('hrv')).toEqual(Float32Array.of(1));
  });
});
