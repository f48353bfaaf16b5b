import { counted, percent } from '../../text/numbers.ts';
import { TotalsPart } from '../evidence/evidence.ts';
import type { Signal } from './signal.ts';

/** Share of traffic on endpoints never tried that may remain. */
const MAX_UNSEEN_SHARE = 0.02;

const totalsPart = new TotalsPart(() => ({
  /** Endpoints hit exactly once: their share of the pairs estimates the unseen traffic (Good-Turing). */
  seenOnce: 0,
}));

/** How much of the traffic goes to endpoints that the test has not tried. */
export const coverage: Signal = {
  codes: ['coverage'],
  observe: ({ evidence }, { counts: { pairs } }) => {
    if (pairs === 1) totalsPart.of(evidence).seenOnce++;
    else if (pairs === 2) totalsPart.of(evidence).seenOnce--;
  },
  criterion: {
    kind: 'amount',
    isMet: ({ evidence }) =>
      totalsPart.of(evidence).seenOnce <= MAX_UNSEEN_SHARE * evidence.totals.pairs,
    progress: ({ evidence }) => {
      const { seenOnce } = totalsPart.of(evidence);
      return (MAX_UNSEEN_SHARE * evidence.totals.pairs) / Math.max(1, seenOnce);
    },
    missing: ({ evidence }) => {
      const { seenOnce } = totalsPart.of(evidence);
      return [
        `${counted(seenOnce, 'endpoint')} tried only once: about ` +
          `${percent(seenOnce / Math.max(1, evidence.totals.pairs))} of the traffic is still ` +
          `unknown (at most ${percent(MAX_UNSEEN_SHARE)})`,
      ];
    },
  },
  atPromotion: ({ evidence }) => {
    const unseen = totalsPart.of(evidence).seenOnce / Math.max(1, evidence.totals.pairs);
    let tried = 0;
    for (const endpoint of evidence.endpoints.all()) if (endpoint.counts.pairs > 0) tried++;
    return {
      code: 'coverage',
      endpoint: null,
      text:
        unseen === 0
          ? `${counted(tried, 'endpoint')} tried, each more than once.`
          : `${counted(tried, 'endpoint')} tried; about ${percent(unseen)} of the mirrored traffic ` +
            `goes to others, allowed ${percent(MAX_UNSEEN_SHARE)}.`,
      observed: unseen,
      limit: MAX_UNSEEN_SHARE,
      samples: [],
    };
  },
};
