/** Random numbers that a seed repeats. */
export interface Random {
  /** From 0, below 1. */
  next(): number;
  /** From `from`, below `to`. */
  between(from: number, to: number): number;
  of<T>(items: readonly T[]): T;
  chance(share: number): boolean;
}

/** mulberry32: small, and good enough to draw fates. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    of: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('nothing to choose from');
      return item;
    },
    chance: (share) => next() < share,
  };
}
