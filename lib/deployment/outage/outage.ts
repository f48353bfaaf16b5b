import type { Draft } from '../draft.ts';
import type { Rules } from '../events.ts';
import type { Deployment } from '../state.ts';

/** Keeps since when users have nobody who serves them. A night without requests is not that: running is ready. */
export function followOutage(draft: Draft): void {
  const { running, testing, outage = null } = draft.state;
  const isDown = running === null ? testing !== null : running.target === null;
  if (!isDown && outage !== null) draft.set({ outage: null });
  if (!isDown || outage !== null) return;
  draft.set({ outage: { sinceMs: draft.rules.nowMs, fault: running === null ? 'own' : null } });
}

/** Running was reported as down: by its own fault, or by one that any version would meet here. */
export function blameRunning(draft: Draft, isToBlame: boolean): void {
  followOutage(draft);
  const { outage } = draft.state;
  if (outage) draft.set({ outage: { ...outage, fault: isToBlame ? 'own' : 'place' } });
}

/** Whether running is given up: it has not served for the time that is allowed, and nothing else explains that. */
export function isGivenUp({ outage = null }: Deployment, { nowMs, takeover }: Rules): boolean {
  return outage !== null && outage.fault !== 'place' && nowMs - outage.sinceMs >= takeover.afterMs;
}
