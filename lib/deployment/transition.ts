import { accept } from './acceptance.ts';
import { advance, arrived, diskMeasured, retest } from './arrival.ts';
import { ignored } from './hand/anew.ts';
import { booted } from './start/boot.ts';
import {
  candidateDown,
  candidateNotStaged,
  candidateReady,
  candidateStaged,
  rejectCandidate,
} from './candidate.ts';
import { declare } from './declared/declared.ts';
import { Draft } from './draft.ts';
import type { DeploymentEvent, Rules, Step } from './events.ts';
import { followOutage } from './outage/outage.ts';
import { takeOver } from './outage/takeover.ts';
import { probationOver } from './probation/probation.ts';
import { worseOnProbation } from './probation/worse.ts';
import { continueRollback, goBack, restored, rollbackFailed } from './hand/rollback.ts';
import { isPaused, pause, resume } from './hand/pause.ts';
import { restart } from './hand/restart.ts';
import { beginPromotion, testServletGone } from './promotion.ts';
import { continueResume } from './start/resume.ts';
import { runningNotStaged, runningServletDown, runningServletReady } from './service.ts';
import { worseInSteps } from './steps/back.ts';
import { withShare } from './steps/share.ts';
import { completeSteps, planned, stepOn } from './steps/steps.ts';
import type { Deployment } from './state.ts';
import { waitsForWindow } from './window/wait.ts';

/**
 * The life of all versions, pure: what the deployment becomes by an event, and the commands that follow. An event that
 * no longer fits the state (late, repeated, of a version that left) changes nothing. The caller saves the state before
 * it carries out the commands.
 */
export function transition(state: Deployment, event: DeploymentEvent, rules: Rules): Step {
  const draft = new Draft(state, rules);
  apply(draft, event);
  followOutage(draft);
  continueResume(draft);
  continueRollback(draft);
  const { state: after, commands } = draft;
  return { state: after, commands: withShare(state, after, commands) };
}

// Private

function apply(draft: Draft, event: DeploymentEvent): void {
  switch (event.type) {
    case 'booted':
      return booted(draft, event);
    case 'arrived':
      return arrived(draft, event.release, event.foundAtStart);
    case 'staged':
      return staged(draft, event.name);
    case 'stage-failed':
      return notStaged(draft, event);
    case 'servlet-ready':
      draft.endDelay(event.name);
      return event.role === 'running'
        ? runningServletReady(draft, event.name, event.target)
        : candidateReady(draft, event.name, event.target);
    case 'servlet-down':
      return event.role === 'running'
        ? runningServletDown(draft, event.name, event.problem, event.cause)
        : candidateDown(draft, event.name, event.problem, event.cause);
    case 'servlet-stopped':
      return event.role === 'testing' ? testServletGone(draft, event.name) : undefined;
    case 'disk':
      return diskMeasured(draft, event.problem);
    case 'tick':
      takeOver(draft);
      return stepOn(draft);
    case 'standing':
      return standing(draft, event);
    case 'verdict':
      return verdict(draft, event);
    case 'retest':
      return retest(draft, event);
    case 'accept':
      return accept(draft, event);
    case 'declared':
      return declare(draft, event);
    case 'ignored':
      return ignored(draft, event);
    case 'pause':
      return pause(draft, event);
    case 'resume':
      return resume(draft, event);
    case 'restart':
      return restart(draft, event);
    case 'stop-asked':
      return draft.record('stopped', draft.state.running?.release ?? '', event.reasons, event.by);
    case 'roll-back':
      return goBack(draft, event);
    case 'restored':
      return restored(draft, event);
    case 'not-restored':
      return draft.state.rollback?.version === event.name &&
        draft.state.rollback.phase === 'restoring'
        ? rollbackFailed(draft, event.problem)
        : undefined;
    case 'worse-on-probation':
      if (draft.state.testing?.release.name !== event.name) return worseOnProbation(draft, event);
      return worseInSteps(draft, event.by, event.reasons);
    case 'probation-over':
      return probationOver(draft);
    case 'retired':
      return draft.state.archiving.includes(event.name)
        ? draft.ask({ type: 'archive', name: event.name })
        : undefined;
    case 'archived':
      return archived(draft, event.name);
  }
}

function staged(draft: Draft, name: string): void {
  const { running, testing, incoming } = draft.state;
  if (running?.release.name === name && running.phase === 'staging') {
    draft.set({ running: { ...running, phase: 'starting' } });
    draft.ask({ type: 'start', release: running.release, role: 'running' });
  } else if (testing?.release.name === name) candidateStaged(draft, 'testing', testing);
  else if (incoming?.release.name === name) candidateStaged(draft, 'incoming', incoming);
}

/** A version waits with its phase as it is while its actor tries again what this place prevented. */
function notStaged(
  draft: Draft,
  { name, problem, fault }: Extract<DeploymentEvent, { type: 'stage-failed' }>,
): void {
  const { running, testing, incoming } = draft.state;
  const waiting = [running, testing, incoming].find(
    (it) => it?.release.name === name && it.phase === 'staging',
  );
  if (fault === 'place') {
    if (waiting) draft.delay(waiting.release, problem);
  } else if (running?.release.name === name && running.phase === 'staging') {
    runningNotStaged(draft, problem);
  } else if (testing?.release.name === name && testing.phase === 'staging') {
    candidateNotStaged(draft, 'testing', testing, problem);
  } else if (incoming?.release.name === name && incoming.phase === 'staging') {
    candidateNotStaged(draft, 'incoming', incoming, problem);
  }
}

function standing(
  draft: Draft,
  { name, isClear, isAgainst = false }: Extract<DeploymentEvent, { type: 'standing' }>,
): void {
  const { testing } = draft.state;
  if (testing?.release.name !== name || testing.phase !== 'testing') return;
  if (testing.isClear === isClear && (testing.isAgainst ?? false) === isAgainst) return;
  draft.set({ testing: { ...testing, isClear, isAgainst } });
}

function verdict(draft: Draft, event: Extract<DeploymentEvent, { type: 'verdict' }>): void {
  // It is reported again after the pause.
  if (event.by === 'vili' && isPaused(draft.state)) return;
  // The version before is what users go back to: it is not known yet that they need not.
  const isTooEarly = event.by === 'vili' && draft.state.previous !== null;
  if (event.decision === 'promote' && isTooEarly) return;
  // Rejecting is up to each host.
  const isAlone = draft.rules.isInFleet !== true || event.isByFleet === true;
  if (event.decision === 'promote' && event.by === 'vili' && !isAlone) return;
  if (event.decision === 'promote') {
    if (event.by === 'vili' && waitsForWindow(draft, event.name)) return;
    if (event.by !== 'vili' && completeSteps(draft, event)) return;
    const steps = event.by === 'vili' ? draft.rules.inSteps?.steps : event.steps;
    const stepping = planned(steps ?? [], draft.rules);
    beginPromotion(draft, event.name, event.by, event.reasons, stepping);
    return;
  }
  const { testing, incoming } = draft.state;
  if (testing?.release.name === event.name) {
    // Reported before the evidence was known to be worthless.
    if (event.by === 'vili' && testing.phase !== 'testing') return;
    rejectCandidate(draft, 'testing', event.reasons, event.by);
  } else if (incoming?.release.name === event.name) {
    rejectCandidate(draft, 'incoming', event.reasons, event.by);
  }
}

function archived(draft: Draft, name: string): void {
  const { archiving } = draft.state;
  if (!archiving.includes(name)) return;
  draft.set({ archiving: archiving.filter((other) => other !== name) });
  draft.record('archived', name);
  advance(draft);
}
