import type { HistoryEntry, HistoryEvent } from '../../../lib/model/history.ts';
import type { Dropped, Stage } from './stage.ts';

/** Between a kill and the way back from the killed version; a busy host needs time for it. */
const BACK_LIMIT_MS = 15_000;
/** Vili measures the disk now and then only. */
const DISK_LAG_MS = 5000;
const ENDS: readonly HistoryEvent[] = [
  'promoted',
  'rejected',
  'rolled-back',
  'superseded',
  'refused',
];

/** What became of a version. */
export interface Fate extends Dropped {
  readonly events: readonly string[];
  readonly reasons: readonly string[];
}

/** Events that decide on each version, in their order, each with its first reason. */
export function fatesOf(
  dropped: readonly Dropped[],
  history: readonly HistoryEntry[],
): readonly Fate[] {
  return dropped.map(({ name, fault }) => {
    const own = history.filter((it) => it.version === name && ENDS.includes(it.event));
    const reasons = own.map(({ reasons: [first = ''] }) => first);
    return { name, fault, events: own.map(({ event }) => event), reasons };
  });
}

/**
 * What is wrong with the verdicts, one sentence each. A good version is not rejected; users go back from it only when it was
 * killed; it is refused only while the disk is full. A bad one never comes to users.
 */
export function wrongVerdicts(
  { dropped, killed, full }: Pick<Stage, 'dropped' | 'killed' | 'full'>,
  history: readonly HistoryEntry[],
): readonly string[] {
  const faults = new Map(dropped.map(({ name, fault }) => [name, fault]));
  return history.flatMap(({ at, event, version, reasons }) => {
    const fault = faults.get(version);
    if (fault === undefined) return [];
    const atMs = Date.parse(at);
    const text = `${version}, ${fault === 'none' ? 'good' : fault}, was ${event} at ${at}: ${reasons.join('; ')}`;
    const wasKilled = killed.some(
      (it) => it.version === version && it.fromMs <= atMs && atMs <= it.goneMs + BACK_LIMIT_MS,
    );
    const wasFull = full.some(
      ({ fromMs, untilMs }) => fromMs <= atMs && atMs <= untilMs + DISK_LAG_MS,
    );
    const isWrong =
      (event === 'promoted' && fault !== 'none') ||
      (event === 'rejected' && fault === 'none') ||
      (event === 'rolled-back' && !wasKilled) ||
      (event === 'refused' && !wasFull);
    return isWrong ? [text] : [];
  });
}
