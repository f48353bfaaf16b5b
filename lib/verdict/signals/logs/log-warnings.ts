import type { Reason } from '../../../model/reason.ts';
import { counted } from '../../../text/numbers.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import type { Signal } from '../signal.ts';
import { saneCount } from './log-errors.ts';

/** Warnings are reported when testing has this many times running's, and more than a few. */
const FACTOR = 2;
const SLACK = 10;

const totalsPart = new TotalsPart(() => ({ testingWarnings: 0, runningWarnings: 0 }));

/** Many more warnings than running: worth knowing, but not a reason for a decision. */
export const logWarnings: Signal = {
  codes: ['log-warnings'],
  observeLogs: ({ evidence }, window) => {
    const totals = totalsPart.of(evidence);
    totals.testingWarnings += saneCount(window.testingWarnings);
    totals.runningWarnings += saneCount(window.runningWarnings);
  },
  findings: ({ evidence }) => {
    const reason = reasonOf(evidence);
    return reason === null ? [] : [{ reason, strength: 0 }];
  },
  atPromotion: ({ evidence }) => {
    const reason = reasonOf(evidence);
    return reason === null ? null : { ...reason, text: `${reason.text}.` };
  },
};

// Private

function reasonOf(evidence: Evidence): Reason | null {
  const { testingWarnings, runningWarnings } = totalsPart.of(evidence);
  if (testingWarnings <= FACTOR * runningWarnings + SLACK) return null;
  return {
    code: 'log-warnings',
    endpoint: null,
    text:
      `testing logged ${counted(testingWarnings, 'WARN line')}, running ${runningWarnings > 0 ? runningWarnings : 'none'}; ` +
      `warnings are reported and do not decide`,
    observed: testingWarnings,
    limit: FACTOR * runningWarnings,
    samples: [],
  };
}
