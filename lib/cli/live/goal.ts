import { EXIT } from '../../errors.ts';
import type { HistoryEntry, HistoryEvent } from '../../model/history.ts';
import type { StatusView } from '../../operator/views/status-view.ts';
import { dateTime } from '../../text/times.ts';

/** What `vili wait` waits for. */
export type Goal = (typeof GOALS)[number];
export const GOALS = ['verdict', 'promoted', 'ready'] as const;

/** How it ended, and what `vili wait` exits with. */
export interface Outcome {
  readonly outcome: 'promoted' | 'promote' | 'ready' | Ending;
  readonly exitCode: number;
  /** One sentence. */
  readonly text: string;
  readonly reasons: readonly string[];
}

type Ending = 'rejected' | 'rolled-back' | 'superseded' | 'refused' | 'inconclusive';

const ENDINGS: ReadonlyMap<HistoryEvent, { readonly exitCode: number; readonly text: string }> =
  new Map([
    ['rejected', { exitCode: EXIT.rejected, text: 'was rejected' }],
    ['rolled-back', { exitCode: EXIT.rejected, text: 'was taken back' }],
    ['superseded', { exitCode: EXIT.timedOut, text: 'was superseded without a verdict' }],
    ['refused', { exitCode: EXIT.refused, text: 'was declined' }],
  ]);
/** What the fate of a version is read from; all other events change nothing about it. */
const FATES: ReadonlySet<HistoryEvent> = new Set<HistoryEvent>([
  ...ENDINGS.keys(),
  'arrived',
  'testing',
  'promoted',
  'started',
]);

/** Whether the goal is reached, or can be no more; null: not yet. The history is oldest first. */
export function outcomeOf(
  goal: Goal,
  version: string,
  status: StatusView,
  history: readonly HistoryEntry[],
): Outcome | null {
  const { running, testing } = status;
  const fate = history.findLast((it) => it.version === version && FATES.has(it.event));
  if (running?.version === version) {
    const { state } = running;
    if (goal === 'ready' && state !== 'ready') return null;
    return reached(goal === 'ready' ? 'ready' : 'promoted', `${version} serves users`);
  }
  if (testing?.version === version) return whileTested(goal, version, status);
  if (fate === undefined) return null;
  if (fate.event === 'promoted' && goal !== 'ready') {
    return reached('promoted', `${version} was promoted on ${dateTime(fate.at)}`);
  }
  const ending = ENDINGS.get(fate.event);
  if (ending === undefined) return null;
  const { exitCode, text } = ending;
  return {
    outcome: fate.event as Ending,
    exitCode,
    text: `${version} ${text} on ${dateTime(fate.at)}`,
    reasons: fate.reasons,
  };
}

/** A test that ran out of time is rejected in the history; its report tells. */
export function inconclusive({ text, reasons }: Outcome): Outcome {
  const told = text.replace('was rejected', 'ran out of time');
  return { outcome: 'inconclusive', exitCode: EXIT.timedOut, text: told, reasons };
}

/** The version that is meant where none is named: under test, else on its way there; null: the next one to arrive. */
export function versionOnItsWay(
  { testing }: StatusView,
  history: readonly HistoryEntry[],
): string | null {
  if (testing !== null) return testing.version;
  const last = history.findLast(({ event }) => FATES.has(event));
  return last?.event === 'arrived' ? last.version : null;
}

// Private

function whileTested(
  goal: Goal,
  version: string,
  { testing, verdict }: StatusView,
): Outcome | null {
  if (goal === 'ready') {
    return testing?.state === 'ready' ? reached('ready', `${version} is ready to be tested`) : null;
  }
  if (goal === 'promoted' || verdict?.version !== version) return null;
  const reasons = verdict.reasons.map(({ text }) => text);
  switch (verdict.decision) {
    case 'promote':
      return reached('promote', `the verdict on ${version} is: promote`);
    case 'reject':
      return {
        outcome: 'rejected',
        exitCode: EXIT.rejected,
        text: `the verdict on ${version} is: reject`,
        reasons,
      };
    case 'inconclusive':
      return {
        outcome: 'inconclusive',
        exitCode: EXIT.timedOut,
        text: `the test of ${version} ran out of time`,
        reasons,
      };
    case 'collecting':
      return null;
  }
}

function reached(outcome: 'promoted' | 'promote' | 'ready', text: string): Outcome {
  return { outcome, exitCode: EXIT.ok, text, reasons: [] };
}
