import { SPELL_GROWTH, SPELL_MAX, SPELL_SHARE } from '../signals/errors/counting.ts';
import type { Mark } from './marks.ts';

/** A spell is looked for in so many cool-downs. */
const SPELL_COOLDOWNS = 4;
/** One-sided pairs of which a spell has at least so many. */
const SPELL_LEAST = 3;

/** What one host counted, how often, and when: `originMs` is the start of its test on the clock of all. */
export interface Marking {
  readonly worse: number;
  readonly better: number;
  readonly marks: readonly Mark[];
  readonly originMs: number;
}

/** A mark on the clock of all; `host` is a place in the list of hosts. */
export interface Timed {
  readonly host: number;
  readonly atMs: number;
  readonly isWorse: boolean;
}

export interface ApartOptions {
  readonly cooldownMs: number;
  /** Pairs of all hosts by time, to know a spell by; null: spells make no difference. */
  readonly pairsPerMs: number | null;
}

export interface Apart {
  readonly worse: number;
  readonly better: number;
  /** Those that have a time. */
  readonly kept: readonly Timed[];
}

/**
 * One hiccup is one piece of evidence, on several hosts too: while what one host counted cools down, that of others
 * does not count. In a spell, while most of the pairs of all hosts are one-sided, the time grows as it does on one
 * host. What a host itself counted is as far apart as it should be. Of what is too old to have a time, the most that one
 * host had speaks against testing, and all of it for testing.
 */
export function countedApart(
  hosts: readonly Marking[],
  { cooldownMs, pairsPerMs }: ApartOptions,
): Apart {
  let [worse, better] = oldOnes(hosts);
  const all = inOrder(hosts);
  const kept: Timed[] = [];
  /** Until when others rest for the host that counted last, and for any other. */
  let last = { host: -1, untilMs: Number.NEGATIVE_INFINITY };
  let otherUntilMs = Number.NEGATIVE_INFINITY;
  let growth = 1;
  for (const [index, mark] of all.entries()) {
    const { host, atMs, isWorse } = mark;
    if (atMs < (host === last.host ? otherUntilMs : Math.max(last.untilMs, otherUntilMs))) continue;
    const isSpell = pairsPerMs !== null && isInSpell(all, index, cooldownMs, pairsPerMs);
    growth = isSpell ? Math.min(SPELL_MAX, growth * SPELL_GROWTH) : 1;
    if (host !== last.host) otherUntilMs = Math.max(otherUntilMs, last.untilMs);
    last = { host, untilMs: atMs + growth * cooldownMs };
    kept.push(mark);
    if (isWorse) worse++;
    else better++;
  }
  return { worse, better, kept };
}

// Private

function oldOnes(hosts: readonly Marking[]): [worse: number, better: number] {
  let [most, sum] = [0, 0];
  for (const { worse, better, marks } of hosts) {
    const timed = marks.filter(({ isWorse }) => isWorse).length;
    most = Math.max(most, worse - timed);
    sum += Math.max(0, better - (marks.length - timed));
  }
  return [most, sum];
}

function inOrder(hosts: readonly Marking[]): readonly Timed[] {
  return hosts
    .flatMap(({ marks, originMs }, host) =>
      marks.map(({ atMs, isWorse }): Timed => ({ host, atMs: originMs + atMs, isWorse })),
    )
    .sort(
      (left, right) =>
        left.atMs - right.atMs ||
        left.host - right.host ||
        Number(left.isWorse) - Number(right.isWorse),
    );
}

function isInSpell(
  all: readonly Timed[],
  index: number,
  cooldownMs: number,
  pairsPerMs: number,
): boolean {
  const { atMs, isWorse } = all[index] as Timed;
  const spanMs = SPELL_COOLDOWNS * cooldownMs;
  let count = 0;
  for (let at = index; at >= 0 && (all[at] as Timed).atMs > atMs - spanMs; at--) {
    if ((all[at] as Timed).isWorse === isWorse) count++;
  }
  return count >= Math.max(SPELL_LEAST, SPELL_SHARE * pairsPerMs * spanMs);
}
