import type { HistoryEntry } from '../../lib/model/history.ts';
import {
  PAUSE_EFFECT,
  promotionEffect,
  RESUME_EFFECT,
  rejectionEffect,
  restartEffect,
  retestEffect,
} from '../../lib/operator/views/effects.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';

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
    const effect = restartEffect('running', running.version);
    acts.push({ kind: 'restart', label: 'Restart running', effect, body: { role: 'running' } });
  }
  if (testing !== null) {
    const effect = restartEffect('testing', testing.version);
    acts.push({ kind: 'restart', label: 'Restart testing', effect, body: { role: 'testing' } });
  }
  const last = testing === null ? history.findLast(({ event }) => DECIDED.has(event)) : undefined;
  if (last !== undefined) acts.push(retest(last.version));
  if (previous !== null) acts.push(rollbackTo(previous.version));
  return acts;
}

export function retest(version: string): Act {
  const effect = retestEffect(version);
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
  effect: PAUSE_EFFECT,
  body: {},
};

const RESUME: Act = {
  kind: 'resume',
  label: 'Resume',
  effect: RESUME_EFFECT,
  body: {},
};

function promotion(status: StatusView, version: string): Act {
  const effect = promotionEffect(status, version);
  return { kind: 'promote', label: 'Promote', effect, body: { version }, isGrave: true };
}

function rejection(status: StatusView, version: string): Act {
  const effect = rejectionEffect(status, version);
  return { kind: 'reject', label: 'Reject', effect, body: { version }, isGrave: true };
}
