import type { PairOutcome } from '../../compare/outcome.ts';
import type { FailureKind } from '../../model/exchange.ts';
import type { DropReason, Report } from '../wire/protocol.ts';

interface OpenReport {
  outcomes: PairOutcome[];
  mirrored: number;
  failed: Partial<Record<FailureKind, number>>;
  dropped: Partial<Record<DropReason, number>>;
}

/** Collects what became of copies until the next report. */
export class Tally {
  #report = emptyReport();
  #isEmpty = true;
  #wasDisturbed = false;
  #thisTick = 0;

  /** Counts a pair with a response of testing as mirrored, one without as failed. */
  add(outcome: PairOutcome): void {
    const report = this.#report;
    this.#isEmpty = false;
    report.outcomes.push(outcome);
    const { failure } = outcome.testing;
    if (failure === null) report.mirrored++;
    else report.failed[failure] = (report.failed[failure] ?? 0) + 1;
  }

  drop(reason: DropReason, count = 1): void {
    if (count === 0) return;
    this.#isEmpty = false;
    this.#report.dropped[reason] = (this.#report.dropped[reason] ?? 0) + count;
  }

  /** Ends a tick. What was added in a disturbed one or right after it is marked `disturbed`. */
  tick(isDisturbed: boolean): void {
    const { outcomes } = this.#report;
    if (isDisturbed || this.#wasDisturbed) {
      for (let index = this.#thisTick; index < outcomes.length; index++) {
        const outcome = outcomes[index];
        if (outcome !== undefined) outcomes[index] = { ...outcome, disturbed: true };
      }
    }
    this.#wasDisturbed = isDisturbed;
    this.#thisTick = outcomes.length;
  }

  /** How many outcomes wait to be taken. */
  get waiting(): number {
    return this.#report.outcomes.length;
  }

  /** Everything since the last call, or null when there is nothing. */
  take(): Pick<Report, 'outcomes' | 'mirrored' | 'failed' | 'dropped'> | null {
    if (this.#isEmpty) return null;
    const taken = this.#report;
    this.#report = emptyReport();
    this.#isEmpty = true;
    this.#thisTick = 0;
    return taken;
  }
}

// Private

function emptyReport(): OpenReport {
  return { outcomes: [], mirrored: 0, failed: {}, dropped: {} };
}
