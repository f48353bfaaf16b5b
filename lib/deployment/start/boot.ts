import { candidateOf, type Draft } from '../draft.ts';
import type { DeploymentEvent } from '../events.ts';
import { holdRollback } from '../hand/rollback.ts';
import { holdSteps } from '../steps/steps.ts';
import { beginResume } from './resume.ts';
import { beginProbation, leftOf, letPreviousGo } from '../probation/probation.ts';
import type { Candidate, CandidateSlot } from '../state.ts';

type Booted = Extract<DeploymentEvent, { type: 'booted' }>;

/** Vili starts: no earlier process is left, so every servlet starts anew from what was saved. */
export function booted(draft: Draft, event: Booted): void {
  draft.ask({ type: 'route', target: null });
  if (event.saved?.running) draft.state = event.saved;
  else adoptOrBegin(draft, event);
  // A Vili killed between state file and links leaves the link of a test that is over; a test that
  // continues sets its link when its servlet is ready.
  draft.ask({ type: 'unlink-test' });
  resumeRunning(draft);
  resumeProbation(draft);
  // What was measured before says nothing of the time in which Vili was down.
  draft.set({ outage: null });
  holdSteps(draft);
  holdCandidates(draft);
  holdRollback(draft);
  beginResume(draft);
  for (const name of draft.state.archiving) draft.ask({ type: 'retire', name });
}

// Private

function adoptOrBegin(draft: Draft, event: Booted): void {
  const { adopted, files, saved } = event;
  const newest = files.at(-1) ?? null;
  const release = adopted.running ?? newest;
  draft.set({ archiving: saved?.archiving ?? [], decided: saved?.decided ?? [] });
  if (saved?.paused) draft.set({ paused: saved.paused });
  if (release === null) return;
  const neverReady = adopted.running === null;
  draft.set({ running: { release, phase: 'staging', target: null, neverReady } });
  if (adopted.running !== null) draft.record('adopted', adopted.running);
  const testing = adopted.testing;
  if (testing !== null && testing.name !== release.name) {
    draft.set({ testing: candidateOf(testing, 'staging', draft.rules.nowMs) });
    draft.record('adopted', testing);
  }
}

function resumeRunning(draft: Draft): void {
  const { running } = draft.state;
  if (running === null) return;
  draft.set({ running: { ...running, phase: 'staging', target: null } });
  draft.ask({ type: 'stage', release: running.release });
}

/** A test whose turn has not come is not under way: its servlet is gone. */
function holdCandidates(draft: Draft): void {
  const { testing, incoming, promotion } = draft.state;
  if (promotion === null) holdCandidate(draft, 'testing', testing);
  holdCandidate(draft, 'incoming', incoming);
}

function holdCandidate(draft: Draft, slot: CandidateSlot, candidate: Candidate | null): void {
  if (candidate === null || candidate.phase === 'waiting') return;
  draft.set({ [slot]: { ...candidate, phase: 'staging', readySinceMs: null } });
}

function resumeProbation(draft: Draft): void {
  const { previous } = draft.state;
  if (previous === null) return;
  const { nowMs, probationMs } = draft.rules;
  const leftMs = leftOf(previous, nowMs, probationMs);
  if (leftMs <= 0) return letPreviousGo(draft);
  beginProbation(draft, { ...previous, target: null }, leftMs);
}
