import { counted } from '../../text/numbers.ts';
import type { DecisionContext } from '../decision/context.ts';
import { TotalsPart } from '../evidence/evidence.ts';
import type { Signal } from './signal.ts';

/** Share of pairs still open that blocks a promotion. */
const MAX_OPEN_SHARE = 0.01;
const MAX_OPEN = 1e9;

const totalsPart = new TotalsPart(() => ({ openPairs: 0 }));

/** Pairs that wait for testing longer than usual: they may be its worst ones. */
export const openPairs: Signal = {
  codes: [],
  criterion: {
    kind: 'objection',
    isMet: ({ evidence }) =>
      totalsPart.of(evidence).openPairs <= MAX_OPEN_SHARE * evidence.totals.pairs,
    progress: ({ evidence }) =>
      (MAX_OPEN_SHARE * evidence.totals.pairs) / Math.max(1, totalsPart.of(evidence).openPairs),
    missing: ({ evidence }) => [
      `testing's responses to ${counted(totalsPart.of(evidence).openPairs, 'request')} that it ` +
        `still works on`,
    ],
  },
};

export function setOpenPairs({ evidence }: DecisionContext, count: number): void {
  totalsPart.of(evidence).openPairs = count > 0 ? Math.min(count, MAX_OPEN) : 0;
}
