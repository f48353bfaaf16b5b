import { dateTime } from '../../text/times.ts';
import type { Draft } from '../draft.ts';
import type { DeploymentEvent } from '../events.ts';
import type { Deployment, Pause } from '../state.ts';

/** An operator pauses: from now on no version is promoted or rejected by itself. Repeated, it changes nothing. */
export function pause(draft: Draft, event: Extract<DeploymentEvent, { type: 'pause' }>): void {
  const { by, reason, reasons } = event;
  const { paused, running } = draft.state;
  if (paused || running === null) return;
  const at = new Date(draft.rules.wallMs).toISOString();
  draft.set({ paused: { by, at, ...(reason !== '' && { reason }) } });
  draft.record('paused', running.release, reasons, by);
}

/** The verdict acts by itself again; one that is due is reported within seconds. */
export function resume(draft: Draft, event: Extract<DeploymentEvent, { type: 'resume' }>): void {
  const { paused, running } = draft.state;
  if (!paused) return;
  draft.set({ paused: null });
  draft.record('resumed', running?.release ?? '', event.reasons, event.by);
}

export function isPaused({ paused }: Deployment): boolean {
  return !!paused;
}

/** Who paused when and why, as part of a sentence. */
export function pauseText({ by, at, reason }: Pause): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `paused by ${by} on ${dateTime(at)}${why}`;
}
