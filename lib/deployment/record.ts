import { endsTest, type HistoryEntry, type HistoryEvent } from '../model/history.ts';
import type { Reason } from '../model/reason.ts';
import type { Command } from './events.ts';
import type { Deployment } from './state.ts';

export type RecordCommand = Extract<Command, { type: 'record' }>;

/** What follows from a `record` command: an entry, a line of the log, and messages to others. */
export interface Recording {
  readonly entry: HistoryEntry;
  readonly line: string;
  readonly isBad: boolean;
  /** For people; `running` is what users get at that moment. */
  readonly notification: Omit<RecordCommand, 'type' | 'atMs'> & { readonly running: string | null };
  /** For the version's report; null unless the event decides a version's fate. */
  readonly decision: Decision | null;
}

/** What was decided on a version, by whom. */
export interface Decision {
  readonly verdict: HistoryEvent;
  readonly at: string;
  readonly version: string;
  /** The version it was compared with. */
  readonly running: string | null;
  readonly by: string;
  readonly reasons: readonly Reason[];
}

/** The history entry that a command asks for; the same whenever it is written. */
export function entryOf({ atMs, event, version, by, reasons }: RecordCommand): HistoryEntry {
  const at = new Date(atMs).toISOString();
  return { at, event, version, by, reasons: reasons.map((reason) => reason.text) };
}

export function recordingOf(deployment: Deployment, command: RecordCommand): Recording {
  const { event, version, by, reasons } = command;
  const entry = entryOf(command);
  const text = entry.reasons.join(' ');
  const running = deployment.running?.release.name ?? null;
  const before = event === 'promoted' ? (deployment.previous?.release.name ?? null) : running;
  return {
    entry,
    line: `${version} ${event}${text === '' ? '' : `: ${text}`}`,
    isBad: event === 'rejected' || event === 'crashed' || event === 'rolled-back',
    notification: { event, version, reasons, by, running },
    decision: endsTest(event)
      ? { verdict: event, at: entry.at, version, running: before, by, reasons }
      : null,
  };
}
