import type { PromotionStep } from '../model/promotion/user-share.ts';
import { type Reason, reasonOf } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import type { Role } from '../model/role.ts';
import { counted, percent } from '../text/numbers.ts';
import { objectionToRetest } from './arrival.ts';
import type { DeploymentEvent, Rules } from './events.ts';
import { pauseText } from './hand/pause.ts';
import { type Destination, planRollback } from './hand/plan-rollback.ts';
import { planRestart } from './hand/restart.ts';
import type { Candidate, Deployment } from './state.ts';

/** What an operator asks for. */
export interface Act {
  readonly kind:
    | 'promote'
    | 'reject'
    | 'rollback'
    | 'retest'
    | 'accept'
    | 'ignore'
    | 'pause'
    | 'resume'
    | 'restart'
    | 'stop';
  /** The version that is meant, or null for the version under test. */
  readonly version: string | null;
  readonly by: string;
  readonly reason: string;
  /** For a retest of a named version: its file in the base; null when it is not there. */
  readonly release: Release | null;
  /** For an acceptance: under which name a version is held back. */
  readonly name?: string | null;
  /** For a rollback: where to; null when no version is known that served before. */
  readonly destination?: Destination | null;
  /** For a rollback: the version that users are to leave; null: whichever runs. */
  readonly leaves?: string | null;
  /** For a restart: whose process. */
  readonly role?: Role;
  /** For a promotion: a growing share of the users at first; absent or empty: all at once. */
  readonly steps?: readonly PromotionStep[];
  /** Say what would happen, and do nothing. */
  readonly isDryRun?: boolean;
}

export interface ActReply {
  readonly done: boolean;
  readonly version: string;
  readonly text: string;
  /** Of a rollback: what happens, one sentence each. */
  readonly steps?: readonly string[];
}

/** The reply to an act, and the event it becomes; null when the act is not possible now. */
export interface ActPlan {
  readonly reply: ActReply;
  readonly event: DeploymentEvent | null;
}

/** What an operator's act becomes: an event for the state machine, or a reply that says why not. */
export function planAct(state: Deployment, act: Act, rules: Rules): ActPlan {
  if (act.kind === 'rollback') return rollBack(state, act, rules);
  if (act.kind === 'pause') return pausing(state, act);
  if (act.kind === 'resume') return resuming(state, act);
  if (act.kind === 'retest') return retest(state, act, rules);
  if (act.kind === 'restart') return restarting(state, act);
  if (act.kind === 'stop') return stopping(state, act);
  if (act.kind === 'ignore') return ignoring(state, act);
  const candidate = [state.testing, state.incoming].find(
    (it) => it !== null && (act.version === null || act.version === it.release.name),
  );
  if (!candidate) return impossible(act.version ?? '', noSuchTest(state, act));
  const { name } = candidate.release;
  const verdict = { type: 'verdict', name, by: act.by, reasons: [reasonOfAct(act)] } as const;
  if (act.kind === 'accept') return acceptance(name, act);
  if (act.kind === 'reject') {
    return possible(name, `${name} is rejected`, { ...verdict, decision: 'reject' });
  }
  return promotion(state, candidate, act, { ...verdict, decision: 'promote' });
}

// Private

function promotion(
  state: Deployment,
  { release: { name }, phase }: Candidate,
  { steps = [] }: Act,
  event: Extract<DeploymentEvent, { type: 'verdict' }>,
): ActPlan {
  if (state.promotion !== null) {
    if (!state.promotion.stepping || steps.length > 0) {
      return impossible(name, `${name} is being promoted already`);
    }
    return possible(name, `all users move over to ${name} now, without further steps`, event);
  }
  if (phase !== 'testing') return impossible(name, `${name} is not ready yet (${phase})`);
  const [first] = steps;
  if (first === undefined) return possible(name, `${name} is being promoted`, event);
  if (state.running?.target == null) {
    return impossible(
      name,
      'running does not serve, so its users cannot be shared; without --steps all move over',
    );
  }
  const text = `${name} is being promoted in ${counted(steps.length, 'step')}, ${percent(first.share)} of the users first`;
  return possible(name, text, { ...event, steps });
}

function rollBack(state: Deployment, act: Act, rules: Rules): ActPlan {
  const { destination = null, leaves = null, by, isDryRun = false } = act;
  if (destination === null) {
    return impossible(act.version ?? '', 'no version is known that served before; name one');
  }
  const asked = { by, reasons: [reasonOfAct(act)], leaves };
  const { text, steps, event } = planRollback(state, destination, asked, rules);
  const reply = { done: event !== null, version: destination.name, text, steps };
  return { reply, event: isDryRun ? null : event };
}

function pausing({ running, paused }: Deployment, act: Act): ActPlan {
  if (running === null)
    return impossible('', 'no version is running yet, so nothing can be paused');
  const { name } = running.release;
  if (paused) return impossible(name, `Vili is already ${pauseText(paused)}`);
  const { by, reason } = act;
  const text = 'no version is promoted or rejected by itself until `vili resume`; tests go on';
  return possible(name, text, { type: 'pause', by, reason, reasons: [reasonOfAct(act)] });
}

function resuming({ running, paused }: Deployment, act: Act): ActPlan {
  const name = running?.release.name ?? '';
  if (!paused) return impossible(name, 'Vili is not paused');
  const event = { type: 'resume', by: act.by, reasons: [reasonOfAct(act)] } as const;
  return possible(name, 'versions are promoted and rejected by themselves again', event);
}

function restarting(state: Deployment, act: Act): ActPlan {
  const asked = { by: act.by, reasons: [reasonOfAct(act)] };
  const { version, text, event } = planRestart(state, act.role ?? 'running', asked);
  return { reply: { done: event !== null, version, text }, event };
}

function stopping({ running }: Deployment, act: Act): ActPlan {
  const event = { type: 'stop-asked', by: act.by, reasons: [reasonOfAct(act)] } as const;
  const text =
    "Vili stops: users' requests in flight finish, then all processes of the service end";
  return possible(running?.release.name ?? '', text, event);
}

function ignoring({ testing, running, promotion }: Deployment, act: Act): ActPlan {
  const { name, by, reason } = act;
  const why = reason === '' ? '' : `: ${reason}`;
  const reasons = [reasonOf('operator', `${by} added the rule ${name ?? ''}${why}`)];
  const isTested = testing?.phase === 'testing' && promotion === null;
  const version = testing?.release.name ?? running?.release.name ?? '';
  const then = isTested ? `the test of ${version} begins anew` : 'it counts from the next test on';
  return possible(version, `${name ?? ''} is in effect: ${then}`, { type: 'ignored', by, reasons });
}

function acceptance(version: string, { name, by, reason }: Act): ActPlan {
  if (!name) return impossible(version, 'it has to be said what is accepted');
  const why = reason === '' ? '' : `: ${reason}`;
  const reasons = [reasonOf('operator', `${by} accepted ${name}${why}`)];
  const text = `${name} is accepted for ${version}`;
  return possible(version, text, { type: 'accept', version, name, reason, by, reasons });
}

function retest(state: Deployment, act: Act, rules: Rules): ActPlan {
  const tested = underTest(state, act.version);
  if (tested !== null) {
    const asked = { by: act.by, reasons: [reasonOfAct(act)] };
    return possible(
      tested.name,
      `the test of ${tested.name} begins anew, with the settings as they are now`,
      { type: 'retest', release: tested, ...asked },
    );
  }
  const rejected = state.rejected?.release ?? null;
  const { version, by } = act;
  const isLast = version === null || version === rejected?.name;
  const release = isLast ? rejected : act.release;
  if (release === null) {
    const alternative = rejected === null ? '' : `; ${rejected.name} can be`;
    const why = version === null ? 'no version' : `the file of ${version} is not in the base: it`;
    return impossible(version ?? '', `${why} cannot be tested again${alternative}`);
  }
  const { name } = release;
  const objection = objectionToRetest(state, release, rules.compareVersions);
  if (objection !== null) return impossible(name, objection);
  const event = { type: 'retest', release, by, reasons: [reasonOfAct(act)] } as const;
  return possible(name, `${name} is tested afresh`, event);
}

function possible(version: string, text: string, event: DeploymentEvent): ActPlan {
  return { reply: { done: true, version, text }, event };
}

function impossible(version: string, text: string): ActPlan {
  return { reply: { done: false, version, text }, event: null };
}

/** The version whose test can begin anew: the one that is named, or by default the one under test. */
function underTest({ testing, promotion }: Deployment, version: string | null): Release | null {
  if (testing?.phase !== 'testing' || promotion !== null) return null;
  return version === null || version === testing.release.name ? testing.release : null;
}

function noSuchTest({ testing }: Deployment, { version }: Act): string {
  if (version === null || testing === null) return 'no version is under test';
  return `${version} is not under test; ${testing.release.name} is`;
}

function reasonOfAct({ by, reason }: Act): Reason {
  return reasonOf('operator', `${by} asked for it${reason === '' ? '' : `: ${reason}`}`);
}
