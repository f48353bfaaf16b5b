import { reasonOf } from '../../../model/reason.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { readRecord, readText } from '../../evidence/checkpoint.ts';
import { TotalsPart } from '../../evidence/evidence.ts';
import { shortened } from '../../explain/wording.ts';
import type { Signal } from '../signal.ts';

/** What either side writes. */
export interface LogFormatChange {
  readonly running: string;
  readonly testing: string;
}

/** The change that is there now, in a checkpoint as it is; null: the logs can be compared. */
class CurrentChange {
  value: LogFormatChange | null = null;

  checkpoint(): unknown {
    return this.value;
  }

  restore(data: unknown, where: string): void {
    if (data === null) return;
    const { running, testing } = readRecord(data, where);
    this.value = {
      running: readText(running, `${where}.running`),
      testing: readText(testing, `${where}.testing`),
    };
  }
}

const totalsPart = new TotalsPart(() => ({ logFormat: new CurrentChange() }));

/** Testing's log cannot be compared with running's: blocks the promotion meanwhile. */
export const logFormat: Signal = {
  codes: ['log-format'],
  shownBy: 'logs',
  criterion: {
    kind: 'objection',
    isMet: ({ evidence }) => totalsPart.of(evidence).logFormat.value === null,
    progress: () => 0,
    missing: () => ['your decision: the log format changed, so log errors cannot be compared'],
  },
  findings: ({ evidence }) => {
    const change = totalsPart.of(evidence).logFormat.value;
    if (change === null) return [];
    const text =
      `the log format changed: running ${change.running}, testing ${change.testing}, so ` +
      `testing's errors cannot be counted and no log is no good sign`;
    return [{ reason: reasonOf('log-format', text), strength: 0 }];
  },
};

export function setLogFormat({ evidence }: DecisionContext, change: LogFormatChange | null): void {
  totalsPart.of(evidence).logFormat.value =
    change === null
      ? null
      : { running: shortened(change.running), testing: shortened(change.testing) };
}
