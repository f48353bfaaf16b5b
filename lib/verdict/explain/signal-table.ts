import type { DecisionContext } from '../decision/context.ts';
import type { Measured, SignalRow, SignalState, VerdictReport } from '../report.ts';
import { signals } from '../signals/list.ts';

/** The table of `vili status` and `vili why`. */
export function signalTable(
  context: DecisionContext,
  { decision, condemned, reasons }: VerdictReport,
  measured: Measured,
): readonly SignalRow[] {
  // The reasons for a promotion are not objections.
  const objections = decision === 'promote' ? [] : reasons;
  const isFinal = decision === 'reject' || condemned;
  const stateOf = (...codes: readonly string[]): SignalState => {
    if (objections.some(({ code }) => codes.includes(code))) return isFinal ? 'FAIL' : 'watch';
    return measured.pairs > 0 ? 'ok' : '-';
  };
  return signals.flatMap((one) => one.rows?.({ context, measured, stateOf }) ?? []);
}
