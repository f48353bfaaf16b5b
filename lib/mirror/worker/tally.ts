import type { PairOutcome } from '../../compare/outcome.ts';
import type { FailureKind } from '../../model/exchange.ts';
import type { DropReason, Report } from '../wire/protocol.ts';

/** Collects what became of copies until the next report. */
export interface Tally {
  /** A pair with an answer of testing counts as mirrored, one without as failed. */
  add(outcome: PairOutcome): void;
  drop(reason: DropReason, count?: number): void;
  /** Ends a tick. What was added in a disturbed one or right after it is marked `disturbed`. */
  tick(isDisturbed: boolean): void;
  outcomes(): number;
  /** Everything since the last call, or null when there is nothing. */
  take(): Pick<Report, 'outcomes' | 'mirrored' | 'failed' | 'dropped'> | null;
}

export function createTally(): Tally {
  let report = emptyReport();
  let isEmpty = true;
  let wasDisturbed = false;
  let thisTick = 0;

  return {
    add(outcome) {
      isEmpty = false;
      report.outcomes.push(outcome);
      const failure = outcome.testing.failure;
      if (failure === null) report.mirrored++;
      else report.failed[failure] = (report.failed[failure] ?? 0) + 1;
    },
    drop(reason, count = 1) {
      if (count === 0) return;
      isEmpty = false;
      report.dropped[reason] = (report.dropped[reason] ?? 0) + count;
    },
    tick(isDisturbed) {
      const { outcomes } = report;
      if (isDisturbed || wasDisturbed) {
        for (let index = thisTick; index < outcomes.length; index++) {
          const outcome = outcomes[index];
          if (outcome !== undefined) outcomes[index] = { ...outcome, disturbed: true };
        }
      }
      wasDisturbed = isDisturbed;
      thisTick = outcomes.length;
    },
    outcomes: () => report.outcomes.length,
    take() {
      if (isEmpty) return null;
      const taken = report;
      report = emptyReport();
      isEmpty = true;
      thisTick = 0;
      return taken;
    },
  };
}

// Private

interface OpenReport {
  outcomes: PairOutcome[];
  mirrored: number;
  failed: Partial<Record<FailureKind, number>>;
  dropped: Partial<Record<DropReason, number>>;
}

function emptyReport(): OpenReport {
  return { outcomes: [], mirrored: 0, failed: {}, dropped: {} };
}
