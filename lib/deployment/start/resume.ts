import { advance } from '../arrival.ts';
import type { Draft } from '../draft.ts';
import type { Candidate, CandidateSlot } from '../state.ts';

/**
 * After a restart of Vili running starts alone, since users wait for it: what starts beside it takes processors and disk
 * from it. Previous follows once running is ready, then the test. Neither waits for one that fails or takes too long.
 */
export function beginResume(draft: Draft): void {
  const { running, previous, testing, incoming, rollback } = draft.state;
  const isAlone = !rollback && previous === null && testing === null && incoming === null;
  const waits = running === null || isAlone ? null : 'running';
  draft.set({ resume: waits && { waitsFor: waits, sinceMs: draft.rules.nowMs } });
  if (running === null) resumeOthers(draft);
}

/** Called after each event: lets the next ones start when their turn has come. */
export function continueResume(draft: Draft): void {
  const { resume, running, outage } = draft.state;
  if (!resume) return;
  if (resume.waitsFor === 'running') {
    const isOver = running === null || running.target !== null || outage?.fault === 'own';
    if (isOver || isLate(draft, resume.sinceMs)) resumeOthers(draft);
  } else {
    const { previous } = draft.state;
    const isOver = previous === null || previous.target !== null || resume.hasFailed === true;
    if (isOver || isLate(draft, resume.sinceMs)) resumeTest(draft);
  }
}

/** Previous, which the others wait for in turn, did not start. */
export function previousFailed(draft: Draft): void {
  const { resume } = draft.state;
  if (resume?.waitsFor === 'previous') draft.set({ resume: { ...resume, hasFailed: true } });
}

// Private

function isLate(draft: Draft, sinceMs: number): boolean {
  return draft.rules.nowMs - sinceMs >= draft.rules.takeover.afterMs;
}

function resumeOthers(draft: Draft): void {
  const { previous } = draft.state;
  if (previous === null) return resumeTest(draft);
  draft.set({ resume: { waitsFor: 'previous', sinceMs: draft.rules.nowMs } });
  const { release } = previous;
  draft.ask(
    { type: 'role', name: release.name, duty: 'previous' },
    { type: 'start', release, role: 'running' },
  );
}

function resumeTest(draft: Draft): void {
  const { testing, incoming, promotion } = draft.state;
  draft.set({ resume: null });
  if (testing !== null && promotion !== null) {
    draft.set({ promotion: { ...promotion, phase: 'starting' } });
    draft.ask({ type: 'start', release: testing.release, role: 'running' });
  } else resumeCandidate(draft, 'testing', testing);
  resumeCandidate(draft, 'incoming', incoming);
  advance(draft);
}

function resumeCandidate(draft: Draft, slot: CandidateSlot, candidate: Candidate | null): void {
  if (candidate === null || candidate.phase === 'waiting') return;
  draft.set({ [slot]: { ...candidate, phase: 'staging' } });
  draft.ask({ type: 'stage', release: candidate.release });
}
