import type { PairOutcome } from '../../compare/outcome.ts';
import { severityOf } from '../../compare/severity.ts';
import { countRunning } from '../evidence/running-record.ts';
import { signals } from '../signals/list.ts';
import { updateBlocker } from './blockers.ts';
import type { DecisionContext } from './context.ts';

const observers = signals.flatMap((one) => one.observeAside ?? []);

/** Takes in a pair that shows what only running can know: it is evidence for neither version. */
export function observeAside(context: DecisionContext, outcome: PairOutcome): void {
  const { evidence } = context;
  const endpoint = evidence.endpoints.of(outcome.endpoint, true);
  for (const observe of observers) observe(context, endpoint, outcome);
  countRunning(evidence, endpoint, severityOf(outcome.running) === 2);
  updateBlocker(context, endpoint);
}
