/**
 * Closed forms of the e-values. An e-value says how many times over a bet against a hypothesis has
 * paid off; however often it is checked, P(it ever reaches 1/alpha) <= alpha while the hypothesis
 * holds (Ville 1939; Ramdas et al., arXiv 2210.01948). Each function mixes bets over several
 * alternatives, needs nothing but counts, and does not depend on the order of events.
 */

/** Values are capped here: a cap only lowers an e-value, and sums stay exact. */
export const E_VALUE_CAP = 1e12;
/** exp() of this is finite with room for sums. */
const EXPONENT_CAP = 600;

/** Alternatives between the null share and 1, and how much is bet on each. */
const DISCORDANCE_REACH = [0.2, 0.5, 0.8, 0.98] as const;
const DISCORDANCE_BETS = [0.2, 0.25, 0.25, 0.3] as const;
/** Bets of growing caution (Waudby-Smith and Ramdas, arXiv 2010.09686). */
const MARGIN_STAKES = [0.95, 0.6, 0.3, 0.15, 0.07, 0.03] as const;
const MARGIN_BETS = [0.4, 0.2, 0.15, 0.1, 0.1, 0.05] as const;
const SIGN_BETS = [0.55, 0.65, 0.8, 0.95].map((share) => ({
  hit: Math.log(2 * share),
  miss: Math.log(2 - 2 * share),
}));
/** Alternatives of a rate, as multiples of its null odds. */
const EXCESS_FACTORS = [2, 5, 20] as const;

/**
 * An e-value over pairs that came out the same, worse and better. A caller that only compares it with
 * `enough` saves time: the sum has no negative terms and ends once it has reached that.
 */
export type PairTest = (same: number, worse: number, better: number, enough?: number) => number;

/** Against: of the pairs in which the sides differ, at most `nullShare` go against testing. */
export function discordanceE(worse: number, better: number, nullShare: number): number {
  if (worse === 0 && better === 0) return 1;
  let sum = 0;
  for (const [index, reach] of DISCORDANCE_REACH.entries()) {
    const share = nullShare + (1 - nullShare) * reach;
    const bet = DISCORDANCE_BETS[index] ?? 0;
    sum +=
      bet *
      boundedExp(
        worse * Math.log(share / nullShare) + better * Math.log((1 - share) / (1 - nullShare)),
      );
  }
  return Math.min(sum, E_VALUE_CAP);
}

/**
 * Against: P(worse) - (1 + ratio) P(better) >= margin. Large values allow a promotion. The
 * logarithms are computed once, since the test is evaluated after every pair.
 */
export function nonInferiority(margin: number, ratio: number): PairTest {
  const bets = MARGIN_STAKES.map((stake, index) => {
    const lambda = stake / (1 - margin);
    return {
      bet: MARGIN_BETS[index] ?? 0,
      same: Math.log1p(lambda * margin),
      worse: Math.log1p(lambda * (margin - 1)),
      better: Math.log1p(lambda * (margin + 1 + ratio)),
    };
  });
  return (same, worse, better, enough = Number.POSITIVE_INFINITY) => {
    let sum = 0;
    for (const one of bets) {
      sum += one.bet * boundedExp(same * one.same + worse * one.worse + better * one.better);
      if (sum >= enough) break;
    }
    return sum;
  };
}

/** The smallest excess of failures that is ruled out with confidence 1 - alpha; 1 when none is. */
export function ruledOutMargin(
  same: number,
  worse: number,
  better: number,
  alpha: number,
  ratio: number,
): number {
  const proves = (margin: number): boolean =>
    nonInferiority(margin, ratio)(same, worse, better) >= 1 / alpha;
  let low = 1e-5;
  let high = 0.999;
  if (!proves(high)) return 1;
  for (let step = 0; step < 40; step++) {
    const middle = Math.sqrt(low * high);
    if (proves(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Against: a hit is no more likely than a miss. Ends early as a `PairTest` does. */
export function signE(hits: number, total: number, enough = Number.POSITIVE_INFINITY): number {
  let sum = 0;
  for (const { hit, miss } of SIGN_BETS) {
    sum += boundedExp(hits * hit + (total - hits) * miss);
    if (sum >= enough * SIGN_BETS.length) break;
  }
  return sum / SIGN_BETS.length;
}

/** Against: hits occur at most at `nullRate`. For small rates, with multiples as alternatives. */
export function excessE(hits: number, misses: number, nullRate: number): number {
  let sum = 0;
  for (const factor of EXCESS_FACTORS) {
    const odds = (factor * nullRate) / (1 - nullRate);
    const rate = odds / (1 + odds);
    sum += boundedExp(
      hits * Math.log(rate / nullRate) + misses * Math.log((1 - rate) / (1 - nullRate)),
    );
  }
  return Math.min(sum / EXCESS_FACTORS.length, E_VALUE_CAP);
}

/** How many more hits in a row bring a growing test to `odds`; at most `limit`. */
export function moreUntil(valueAfter: (more: number) => number, odds: number, limit = 1e6): number {
  if (valueAfter(0) >= odds) return 0;
  let high = 1;
  while (high < limit && valueAfter(high) < odds) high *= 2;
  if (high >= limit) return limit;
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (valueAfter(middle) >= odds) high = middle;
    else low = middle;
  }
  return high;
}

// Private

function boundedExp(exponent: number): number {
  return Math.exp(Math.min(EXPONENT_CAP, exponent));
}
