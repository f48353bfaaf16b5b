import type { Address, Behaviour, Self } from '../lib/actor/index.ts';
import { type ProbationPair, probationPair } from '../lib/deployment/probation/pair.ts';
import type { Target } from '../lib/model/exchange.ts';
import { reasonOf } from '../lib/model/reason.ts';
import type { ProbeResult } from '../lib/servlet/health/probe.ts';
import { HANG_MS, type Heard, Silence } from '../lib/servlet/health/silence.ts';
import { decimal } from '../lib/text/numbers.ts';
import type { DeployerMessage, DeploymentView } from './messages.ts';

const LOOK_MS = 250;
/** Both are asked before it is certain, so that nothing is lost then. */
const SUSPECT_MS = 2000;
/** Between two questions while the silence lasts. */
const ASK_AGAIN_MS = 500;

/** Nobody else sends to it. */
export type HangWatchMessage =
  | { readonly type: 'tick' }
  /** What both respond to a probe; null: nothing is on probation, or it is not known. */
  | {
      readonly type: 'asked';
      readonly found:
        | (ProbationPair & {
            readonly doesRunningRespond: boolean;
            readonly isPreviousGood: boolean;
          })
        | null;
    };

export interface HangWatchDeps {
  readonly deployer: Address<DeployerMessage>;
  /** What the proxy hears of the servlet that users' requests go to, or a share of them; null: nobody serves. */
  readonly heard: () => Heard | null;
  readonly describe: () => Promise<DeploymentView>;
  /** One request to a servlet; never rejects. */
  readonly probe: (target: Target) => Promise<ProbeResult>;
  /** Requests that wait for this servlet and can be sent again go to the one that serves now. */
  readonly moveOn: (target: Target) => void;
  readonly now: () => number;
}

interface HangWatchState {
  readonly silence: Silence;
  /** Positive infinity while both are asked. */
  readonly askedAtMs: number;
  /** The servlet that hangs, until users have left it. */
  readonly hung: Target | null;
}

/**
 * Notices that the running version, on probation, or one with a share of the users has stopped responding to them, and reports it: nothing came for a
 * while though requests wait, and previous responds. Costs a look at two numbers a few times a second.
 */
export function hangWatchActor(deps: HangWatchDeps): Behaviour<HangWatchMessage, HangWatchState> {
  return {
    start(self) {
      self.every(LOOK_MS, { type: 'tick' });
      return { silence: new Silence(), askedAtMs: -ASK_AGAIN_MS, hung: null };
    },

    handle(state, message, self) {
      if (message.type === 'tick') return tick(deps, self, state);
      return asked(deps, self, { ...state, askedAtMs: deps.now() }, message.found);
    },
  };
}

// Private

type Me = Self<HangWatchMessage>;

function tick(deps: HangWatchDeps, self: Me, before: HangWatchState): HangWatchState {
  const { silence, askedAtMs } = before;
  const nowMs = deps.now();
  const heard = deps.heard();
  silence.look(heard, nowMs);
  const state = leaveHung(deps, before, heard);
  if (silence.silentMs < SUSPECT_MS || nowMs - askedAtMs < ASK_AGAIN_MS) return state;
  const done = (found: Found | null) => ({ type: 'asked', found }) as const;
  self.pipe(askBoth(deps), done, () => done(null));
  return { ...state, askedAtMs: Number.POSITIVE_INFINITY };
}

/** Users have left it: those whose requests still wait there follow. */
function leaveHung(
  deps: HangWatchDeps,
  state: HangWatchState,
  heard: Heard | null,
): HangWatchState {
  const { hung } = state;
  if (hung === null || heard === null || heard.instance === hung.instance) return state;
  deps.moveOn(hung);
  return { ...state, hung: null };
}

type Found = Extract<HangWatchMessage, { type: 'asked' }>['found'];

async function askBoth({ describe, probe }: HangWatchDeps): Promise<Found | null> {
  const pair = probationPair((await describe()).deployment);
  if (pair === null) return null;
  const [running, previous] = await Promise.all([probe(pair.running), probe(pair.previous)]);
  return { ...pair, doesRunningRespond: running.status !== null, isPreviousGood: previous.ok };
}

function asked(
  deps: HangWatchDeps,
  self: Me,
  state: HangWatchState,
  found: Found | null,
): HangWatchState {
  const { silence } = state;
  if (found === null || !found.isPreviousGood || silence.silentMs < HANG_MS) return state;
  const { version, running, previous, before, doesRunningRespond } = found;
  if (deps.heard()?.instance !== running.instance) return state;
  // Probes may be all that it still responds to.
  if (doesRunningRespond && !silence.isBeyond(previous.instance)) return state;
  const seconds = silence.silentMs / 1000;
  const text =
    `It sent nothing to users for ${decimal(seconds)} s while requests waited, and ${before} ` +
    'responds';
  const reason = { ...reasonOf('hang', text), observed: seconds, limit: HANG_MS / 1000 };
  const event = { type: 'worse-on-probation', name: version, by: 'vili' } as const;
  self.send(deps.deployer, { ...event, reasons: [reason] }, { correlation: version });
  return { ...state, hung: running };
}
