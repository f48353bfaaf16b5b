import type { Address, Self } from '../lib/actor/index.ts';
import type { Command, Rules } from '../lib/deployment/events.ts';
import type { Deployment } from '../lib/deployment/state.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import { endsTest, type HistoryEntry } from '../lib/model/history.ts';
import { reasonOf } from '../lib/model/reason.ts';
import type { ComparatorMessage, DeployerMessage, NotifierMessage } from './messages.ts';

export interface RecordDeps {
  readonly notifier: Address<NotifierMessage>;
  readonly comparator: Address<ComparatorMessage>;
  readonly rules: () => Rules;
  readonly appendHistory: (entry: HistoryEntry) => Promise<void>;
  readonly journal: Journal;
}

type RecordCommand = Extract<Command, { type: 'record' }>;

/** The line of the history that a command asks for; the same whenever it is written. */
export function entryOf({ atMs, event, version, by, reasons }: RecordCommand): HistoryEntry {
  const at = new Date(atMs).toISOString();
  return { at, event, version, by, reasons: reasons.map((reason) => reason.text) };
}

/** History, log and notification of one event; a history that cannot be written stops nothing. */
export async function record(
  deps: RecordDeps,
  self: Self<DeployerMessage>,
  deployment: Deployment,
  command: RecordCommand,
): Promise<void> {
  const { event, version, by, reasons } = command;
  const entry = entryOf(command);
  const { at } = entry;
  const text = entry.reasons.join(' ');
  const bad = event === 'rejected' || event === 'crashed' || event === 'rolled-back';
  deps.journal[bad ? 'warn' : 'notice'](`${version} ${event}${text === '' ? '' : `: ${text}`}`, {
    by,
  });
  const running = deployment.running?.release.name ?? null;
  const notification = { type: 'notify', event, version, reasons, by, running } as const;
  self.send(deps.notifier, notification, { correlation: version });
  if (endsTest(event)) {
    const before = event === 'promoted' ? (deployment.previous?.release.name ?? null) : running;
    const outcome = { verdict: event, at, version, running: before, by, reasons };
    self.send(deps.comparator, { type: 'decided', outcome }, { correlation: version });
  }
  try {
    await deps.appendHistory(entry);
  } catch (error) {
    deps.journal.error('the history could not be written', { error: messageOf(error) });
  }
}

/** Tells people of a step that is too short for the history. */
export function announce(
  deps: RecordDeps,
  self: Self<DeployerMessage>,
  deployment: Deployment,
  event: 'starting' | 'switching',
  version: string,
): void {
  const running = deployment.running?.release.name ?? null;
  self.send(deps.notifier, { type: 'notify', event, version, reasons: [], by: 'vili', running });
}

/** What another actor did to a version on its own account. */
export function note(
  deps: RecordDeps,
  self: Self<DeployerMessage>,
  deployment: Deployment,
  { event, version, text }: Extract<DeployerMessage, { type: 'note' }>,
): Promise<void> {
  const reasons = [reasonOf(event, text)];
  const atMs = deps.rules().nowMs;
  const command = { type: 'record', atMs, event, version, by: 'vili', reasons } as const;
  return record(deps, self, deployment, command);
}
