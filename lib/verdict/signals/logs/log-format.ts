import { reasonOf } from '../../../model/reason.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { readRecord, readText } from '../../evidence/checkpoint.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { shortened } from '../../explain/wording.ts';
import type { Finding, Signal } from '../signal.ts';

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

/** `none`: nothing was ever logged where the log should be; `unreadable`: its lines have no level. */
export type LogState = 'read' | 'none' | 'unreadable';

/** What is known of the logs of both versions. */
export interface LogSides {
  readonly running: LogState;
  readonly testing: LogState;
  /** How running logs, in words. */
  readonly text: string;
}

const totalsPart = new TotalsPart(() => ({
  logFormat: new CurrentChange(),
  runningLog: 'read',
  testingLog: 'read',
  logText: '',
}));

/** Testing's log cannot be compared with running's: blocks the promotion meanwhile. */
export const logFormat: Signal = {
  codes: ['log-format'],
  isLocal: true,
  shownBy: 'logs',
  criterion: {
    kind: 'objection',
    isMet: ({ evidence }) => totalsPart.of(evidence).logFormat.value === null,
    progress: () => 0,
    missing: () => ['your decision: the log format changed, so log errors cannot be compared'],
  },
  findings: ({ evidence }) => {
    const change = totalsPart.of(evidence).logFormat.value;
    if (change === null) return unreadableFindings(evidence);
    const text =
      `the log format changed: running ${change.running}, testing ${change.testing}, so ` +
      `testing's errors cannot be counted and no log is no good sign`;
    return [{ reason: reasonOf('log-format', text), strength: 0 }];
  },
};

export function setLogFormat(
  { evidence }: DecisionContext,
  change: LogFormatChange | null,
  sides?: LogSides,
): void {
  const totals = totalsPart.of(evidence);
  totals.logFormat.value =
    change === null
      ? null
      : { running: shortened(change.running), testing: shortened(change.testing) };
  if (sides === undefined) return;
  totals.runningLog = sides.running;
  totals.testingLog = sides.testing;
  totals.logText = shortened(sides.text);
}

/** What both logs can say about errors. */
export function logStates(evidence: Evidence): { running: LogState; testing: LogState } {
  const { runningLog, testingLog } = totalsPart.of(evidence);
  return { running: stateOf(runningLog), testing: stateOf(testingLog) };
}

// Private

/** Lines without levels on both sides look like no errors at all. */
function unreadableFindings(evidence: Evidence): readonly Finding[] {
  const { running, testing } = logStates(evidence);
  if (running !== 'unreadable' || testing !== 'unreadable') return [];
  const text =
    `neither log can be read: ${totalsPart.of(evidence).logText}, so errors in the logs are not ` +
    'compared; set log.level_field, or log in a format that Vili knows';
  return [{ reason: reasonOf('log-format', text), strength: 0 }];
}

function stateOf(saved: string): LogState {
  return saved === 'none' || saved === 'unreadable' ? saved : 'read';
}
