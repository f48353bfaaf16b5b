import type { Reason } from '../../../model/reason.ts';
import { counted } from '../../../text/numbers.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { messageIn } from '../../explain/wording.ts';
import type { Signal } from '../signal.ts';
import { countNoisier, saneCount } from './log-errors.ts';

/** Start-up errors count as at most this many noisier windows. */
export const MAX_COUNTED = 5;

const totalsPart = new TotalsPart(() => ({ startupErrors: 0, startupExample: '' }));

/**
 * ERROR lines of testing while it starts. They count like a few noisy windows, since running's start is
 * long past, and are reported with every verdict: they are few, but nobody should miss them.
 */
export const startupErrors: Signal = {
  codes: ['startup-errors'],
  shownBy: 'logs',
  findings: ({ evidence }) => {
    const reason = reasonOf(evidence);
    return reason === null ? [] : [{ reason, strength: 0 }];
  },
  atPromotion: ({ evidence }) => {
    const reason = reasonOf(evidence);
    return reason === null ? null : { ...reason, text: `${reason.text}.` };
  },
};

export function observeStartupErrors(
  { evidence }: DecisionContext,
  count: number,
  example: string,
): void {
  const totals = totalsPart.of(evidence);
  const room = Math.max(0, MAX_COUNTED - totals.startupErrors);
  countNoisier(evidence, Math.min(room, saneCount(count)));
  totals.startupErrors += saneCount(count);
  if (count > 0 && totals.startupExample === '') totals.startupExample = messageIn(example);
}

// Private

function reasonOf(evidence: Evidence): Reason | null {
  const { startupErrors: count, startupExample } = totalsPart.of(evidence);
  if (count === 0) return null;
  const first = startupExample === '' ? '' : `, the first: "${messageIn(startupExample)}"`;
  return {
    code: 'startup-errors',
    endpoint: null,
    text: `testing logged ${counted(count, 'ERROR line')} while it started${first}`,
    observed: count,
    limit: MAX_COUNTED,
    samples: [],
  };
}
