/** Repeatable randomness: mulberry32, 32 bits of state. The same seed makes the same data in every run. */
export interface Random {
  /** 0 <= n < below. */
  integer(below: number): number;
  pick<T>(items: readonly T[]): T;
  /** 0 <= x < 1. */
  next(): number;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number) => Math.floor(next() * below);
  return {
    next,
    integer,
    pick<T>(items: readonly T[]): T {
      const item = items[integer(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}
