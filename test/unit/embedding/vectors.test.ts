import { describe, expect, it } from 'vitest';
import { Mean } from '../../../layers/embedding/mean.ts';
import { meanPool } from '../../../layers/embedding/pool.ts';
import { normalize } from '../../../layers/memory/embedding/normalize.ts';

describe('normalize', () => {
  it('gives length 1 and keeps the direction', () => {
    const unit = normalize([3, 0, 4]);

    expect(unit[0]).toBeCloseTo(0.6);
    expect(unit[2]).toBeCloseTo(0.8);
  });

  it.each([[[0, 0]], [[Number.NaN, 1]], [[Number.POSITIVE_INFINITY, 1]]])(
    'refuses %j, which has no direction',
    (vector) => {
      expect(() => normalize(vector)).toThrow(RangeError);
    },
  );
});

describe('mean', () => {
  it('weighs the vectors as told', () => {
    const mean = new Mean(2);
    mean.add([1, 0], 3);
    mean.add([0, 4], 1);

    expect([...mean.value]).toEqual([0.75, 1]);
  });

  it('refuses vectors of another length, and has no value without any', () => {
    const mean = new Mean(2);

    expect(() => mean.add([1, 2, 3], 1)).toThrow('expected 2 dimensions, got 3');
    expect(() => mean.value).toThrow('no vectors');
  });
});

describe('mean pooling', () => {
  it('averages the tokens of each text and leaves padding out', () => {
    const hidden = Float32Array.from([1, 2, 3, 4, 100, 100, 5, 6, 7, 8, 9, 10]);
    const mask = [
      [1, 1, 0],
      [1, 1, 1],
    ];

    const pooled = meanPool(hidden, mask, 2);

    expect(pooled.map((vector) => [...vector])).toEqual([
      [2, 3],
      [7, 8],
    ]);
  });
});
