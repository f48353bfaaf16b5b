import type { Target } from '../model/exchange.ts';
import { type Reason, reasonOf } from '../model/reason.ts';
import type { DownCause } from '../model/servlet-facts.ts';
import { acceptedOf } from './acceptance.ts';
import { advance, decline } from './arrival.ts';
import { declaredOf, declaredReasons } from './declared/declared.ts';
import type { Draft } from './draft.ts';
import { isPaused } from './hand/pause.ts';
import type { Candidate, CandidateSlot } from './state.ts';

/** A version that is present at so many failures of Vili's infrastructure is rejected. */
const LET_DOWNS_MAX = 5;

/** The candidate's folder is complete: a testing servlet is started. */
export function candidateStaged(draft: Draft, slot: CandidateSlot, it: Candidate): void {
  // While its turn has not come, the copy is all it gets.
  if (it.phase !== 'staging' || draft.state.resume) return;
  draft.set({ [slot]: { ...it, phase: 'starting' } });
  draft.ask({ type: 'start', release: it.release, role: 'testing' });
}

/** The candidate's file could not be copied: it is declined, and another candidate may begin. */
export function candidateNotStaged(
  draft: Draft,
  slot: CandidateSlot,
  it: Candidate,
  problem: string,
): void {
  draft.set({ [slot]: null });
  decline(draft, it.release, problem);
  advance(draft);
}

/** A testing servlet serves: the test begins, continues after a restart, or replaces the one before. */
export function candidateReady(draft: Draft, name: string, target: Target): void {
  const { testing, incoming, promotion } = draft.state;
  if (promotion !== null && testing?.release.name === name) return;
  if (incoming?.release.name === name && testing?.release.name !== name) {
    if (promotion !== null || incoming.phase !== 'starting') return;
    if (testing !== null) {
      draft.ask({ type: 'mirror-off' }, { type: 'evaluate-off' });
      const text = `${incoming.release.name} arrived and took its place in the test`;
      draft.supersede(testing.release, text);
      draft.retire(testing.release);
    }
    draft.set({ testing: incoming, incoming: null });
    beginTest(draft, incoming, target);
  } else if (testing?.release.name === name) {
    if (testing.phase === 'starting') beginTest(draft, testing, target);
    else if (testing.phase === 'testing') {
      // Also a servlet that reports once more, whose time goes on.
      const readySinceMs = testing.readySinceMs ?? draft.rules.nowMs;
      draft.set({ testing: { ...testing, readySinceMs } });
      const { release } = testing;
      draft.ask({ type: 'mirror', name, target, ...declaredOf(draft.state, release) });
    }
  } else draft.ask({ type: 'stop', name, role: 'testing' });
}

/**
 * A candidate's servlet ended by itself or never ran: counted, and rejected once that was too often. After a failure of
 * Vili's infrastructure the test begins anew: what copies met meanwhile says nothing about the version.
 */
export function candidateDown(draft: Draft, name: string, problem: string, cause: DownCause): void {
  const { testing, incoming, promotion } = draft.state;
  const slot = testing?.release.name === name ? 'testing' : 'incoming';
  const candidate = slot === 'testing' ? testing : incoming;
  if (candidate?.release.name !== name || candidate.phase === 'replacing') return;
  if (slot === 'testing' && promotion !== null) return;
  if (cause === 'vili') return infrastructureFailure(draft, slot, candidate);
  if (cause === 'place') return draft.delay(candidate.release, problem);
  const hopeless = cause === 'hopeless';
  const crashed = { ...candidate, crashes: candidate.crashes + 1, readySinceMs: null };
  draft.set({ [slot]: crashed });
  draft.record('crashed', candidate.release, [reasonOf('crash', problem)]);
  const isTooOften = hopeless || crashed.crashes >= draft.rules.testingCrashesMax;
  // While paused it is started again and again; the next crash after the pause counts with all before.
  if (isTooOften && !isPaused(draft.state)) {
    const times = crashed.crashes === 1 ? 'once' : `${crashed.crashes} times`;
    const text = `The testing version failed to run ${times}: ${problem}`;
    const limit = hopeless ? 1 : draft.rules.testingCrashesMax;
    const reason = { ...reasonOf('crashes', text), observed: crashed.crashes, limit };
    rejectCandidate(draft, slot, [reason], 'vili');
  } else if (candidate.phase === 'testing') draft.ask({ type: 'mirror', name, target: null });
}

/** The test, or the promotion, ends here; the folder with its report stays until the next version arrives. */
export function rejectCandidate(
  draft: Draft,
  slot: CandidateSlot,
  reasons: readonly Reason[],
  by: string,
  event: 'rejected' | 'rolled-back' = 'rejected',
): void {
  const candidate = draft.state[slot];
  if (candidate === null) return;
  draft.set({ [slot]: null });
  if (slot === 'testing') {
    draft.ask({ type: 'mirror-off' }, { type: 'evaluate-off' }, { type: 'unlink-test' });
    if (draft.state.promotion !== null) draft.stop(candidate.release, 'running');
    draft.set({ promotion: null });
  }
  draft.stop(candidate.release, 'testing');
  draft.clearRejected();
  draft.set({ rejected: { release: candidate.release, reasons } });
  draft.decide(candidate.release);
  draft.record(event, candidate.release, reasons, by);
  advance(draft);
}

// Private

function infrastructureFailure(draft: Draft, slot: CandidateSlot, before: Candidate): void {
  const letDowns = (before.letDowns ?? 0) + 1;
  const candidate = { ...before, letDowns };
  draft.set({ [slot]: candidate });
  if (letDowns >= LET_DOWNS_MAX && !isPaused(draft.state)) {
    const text = `While it was started or tested, what Vili starts servlets with ended ${letDowns} times, and users had to wait`;
    const reason = { ...reasonOf('let-down', text), observed: letDowns, limit: LET_DOWNS_MAX };
    rejectCandidate(draft, slot, [reason], 'vili');
  } else if (candidate.phase === 'testing') {
    const { nowMs } = draft.rules;
    draft.set({
      testing: {
        ...candidate,
        phase: 'starting',
        sinceMs: nowMs,
        begun: false,
        readySinceMs: null,
        isClear: false,
      },
    });
    draft.ask({ type: 'mirror-off' }, { type: 'evaluate-off' });
  }
}

function beginTest(draft: Draft, candidate: Candidate, target: Target): void {
  const { release } = candidate;
  const readySinceMs = draft.rules.nowMs;
  draft.set({
    testing: { ...candidate, phase: 'testing', begun: true, readySinceMs, isClear: false },
  });
  draft.ask(
    { type: 'link', name: release.name, role: 'testing' },
    {
      type: 'evaluate',
      release,
      sinceMs: candidate.sinceMs,
      accepted: acceptedOf(draft.state, release),
      ...declaredOf(draft.state, release),
    },
    { type: 'mirror', name: release.name, target, ...declaredOf(draft.state, release) },
  );
  if (!candidate.begun) draft.record('testing', release, declaredReasons(draft.state, release));
}
