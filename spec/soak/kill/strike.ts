import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../../lib/errors.ts';
import {
  identityOf,
  type ProcessIdentity,
  readStat,
} from '../../../lib/servlet/process/identity.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { type Target, THREAD_SIGNAL } from './targets.ts';

/** How long an awaited moment may take to come, on the busiest host. */
const MOMENT_LIMIT_MS = 30_000;

/** The moment that a kill is aimed at. */
export interface Aim {
  readonly isNow: (snapshot: Snapshot) => boolean;
  /** Drawn: how long after the beginning of that moment. */
  readonly delayMs: number;
}

export interface Struck {
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** Everything that must be gone afterwards. */
  readonly gone: readonly ProcessIdentity[];
}

/** Waits for the moment, by the changes of the folders that show it, and for the delay; then kills. */
export async function strike(base: string, pid: number, target: Target, aim: Aim): Promise<Struck> {
  await momentOf(base, aim.isNow);
  if (aim.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, aim.delayMs));
  const tree = treeBelow(pid);
  const helper = tree.find((it) => readStat(it)?.command === HELPERS[target]);
  // Nothing is archived at this moment: Vili itself then.
  const isHelper = target === 'thread' || (target !== 'vili' && helper !== undefined);
  const killed = isHelper ? [helper ?? 0] : [...tree, pid];
  const gone = target === 'thread' ? [] : killed.flatMap((it) => identityOf(it) ?? []);
  const snapshot = snapshotOf(base);
  if (target === 'thread') process.kill(pid, THREAD_SIGNAL);
  else process.kill(isHelper ? (helper ?? 0) : pid, 'SIGKILL');
  return { target: isHelper ? target : 'vili', snapshot, gone };
}

// Private

const HELPERS: Record<Target, string> = {
  vili: '',
  thread: '',
  launcher: 'vili: launcher',
  archiver: 'vili: archive',
};

function momentOf(base: string, isNow: Aim['isNow']): Promise<void> {
  return new Promise((resolve) => {
    const watchers: FSWatcher[] = [];
    let limit: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(limit);
      for (const watcher of watchers) watcher.close();
      resolve();
    };
    const look = (): void => {
      if (isNow(snapshotOf(base))) end();
    };
    // A moment that never comes is a kill outside of its phase, which is counted as such.
    limit = setTimeout(end, MOMENT_LIMIT_MS);
    for (const folder of ['.', '.vili', 'archive']) {
      const watcher = attempt(() => watch(join(base, folder), look), null);
      if (watcher !== null) watchers.push(watcher.on('error', () => {}));
    }
    look();
  });
}

/** All descendants of a process, read without a break. */
function treeBelow(pid: number): number[] {
  const text = attempt(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1'), '');
  const children = text.split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...treeBelow(child)]);
}
