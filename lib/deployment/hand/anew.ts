import type { Draft } from '../draft.ts';
import type { DeploymentEvent } from '../events.ts';

/**
 * The test under way begins anew with the servlet that it has: what it has counted would stay otherwise. Whether there is
 * such a test.
 */
export function beginAnew(draft: Draft): boolean {
  const { testing, promotion } = draft.state;
  if (testing?.phase !== 'testing' || promotion !== null) return false;
  const { windowWait: _, ...candidate } = testing;
  draft.set({
    testing: {
      ...candidate,
      phase: 'starting',
      sinceMs: draft.rules.nowMs,
      begun: false,
      readySinceMs: null,
      isClear: false,
    },
  });
  // A servlet that is ready already reports so once more.
  draft.ask(
    { type: 'mirror-off' },
    { type: 'evaluate-off' },
    { type: 'start', release: testing.release, role: 'testing' },
  );
  return true;
}

/** An operator had something ignored from now on, by a rule that counts for the next test. */
export function ignored(draft: Draft, event: Extract<DeploymentEvent, { type: 'ignored' }>): void {
  const { testing, running } = draft.state;
  const release = testing?.release ?? running?.release ?? '';
  draft.record('ignored', release, event.reasons, event.by);
  beginAnew(draft);
}
