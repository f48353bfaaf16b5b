import type { HistoryEntry } from '../../lib/model/history.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { percentDone } from '../../lib/text/numbers.ts';

/** An act of an operator, as it is possible now. */
export interface Act {
  readonly kind: string;
  /** Below `/v1/`; absent: the kind. */
  readonly route?: string;
  readonly label: string;
  /** Everything that follows from it. */
  readonly effect: string;
  /** What is sent besides who and why. */
  readonly body: Readonly<Record<string, string>>;
  /** Whether the daemon itself can say the steps first. */
  readonly hasDryRun?: boolean;
  readonly isGrave?: boolean;
}

const DECIDED: ReadonlySet<string> = new Set(['rejected', 'rolled-back', 'superseded']);

/** The acts that the state of the daemon allows, the likeliest first. */
export function possibleActs(status: StatusView, history: readonly HistoryEntry[]): readonly Act[] {
  const { running, testing, previous, paused } = status;
  const acts: Act[] = [];
  if (testing !== null)
    acts.push(promotion(status, testing.version), rejection(status, testing.version));
  acts.push(paused ? RESUME : PAUSE);
  if (running !== null) {
    const effect = `${running.version} gets a fresh process. Users' requests wait meanwhile, at most hold.max.`;
    acts.push({ kind: 'restart', label: 'Restart running', effect, body: { role: 'running' } });
  }
  if (testing !== null) {
    const effect = `${testing.version} gets a fresh process. Its test goes on with what was seen so far.`;
    acts.push({ kind: 'restart', label: 'Restart testing', effect, body: { role: 'testing' } });
  }
  const last = testing === null ? history.findLast(({ event }) => DECIDED.has(event)) : undefined;
  if (last !== undefined) acts.push(retest(last.version));
  if (previous !== null) acts.push(rollbackTo(previous.version));
  return acts;
}

export function retest(version: string): Act {
  const effect = `${version} is tested again from the start. All earlier findings are forgotten.`;
  return { kind: 'retest', label: 'Test again', effect, body: { version } };
}

export function rollbackTo(version: string): Act {
  const effect = `Users go back to ${version}.`;
  return {
    kind: 'rollback',
    label: 'Roll back',
    effect,
    body: { version },
    hasDryRun: true,
    isGrave: true,
  };
}

/** Writes a rule for what differs; a header is named as one. */
export function ignoring(endpoint: string, kind: string, path: string): Act {
  const place = kind === 'header' ? `header:${path}` : path;
  const effect = `${place} of ${endpoint} is ignored from now on, in this test and later ones. The test under way begins anew.`;
  return {
    kind: 'ignore',
    label: 'Ignore this',
    effect,
    body: { endpoint, path: place },
    hasDryRun: true,
    isGrave: true,
  };
}

// Private

const PAUSE: Act = {
  kind: 'pause',
  label: 'Pause',
  effect:
    'No version is promoted or rejected by itself until somebody resumes. Tests go on, and acts work.',
  body: {},
};

const RESUME: Act = {
  kind: 'resume',
  label: 'Resume',
  effect:
    'Versions are promoted and rejected by themselves again. A verdict that is due takes effect within seconds.',
  body: {},
};

function promotion({ running, verdict, steps }: StatusView, version: string): Act {
  const from = running === null ? '' : ` from ${running.version}`;
  const known =
    verdict?.version === version ? `, with ${percentDone(verdict.progress)} of the evidence` : '';
  const effect =
    steps?.version === version
      ? `${version} takes over all users${from} now, without further steps.`
      : `${version} takes over the users${from} without waiting for the verdict${known}.`;
  return { kind: 'promote', label: 'Promote', effect, body: { version }, isGrave: true };
}

function rejection({ running }: StatusView, version: string): Act {
  const stays = running === null ? '' : ` ${running.version} stays with the users.`;
  const effect = `The test of ${version} ends and it will not go live.${stays}`;
  return { kind: 'reject', label: 'Reject', effect, body: { version }, isGrave: true };
}
