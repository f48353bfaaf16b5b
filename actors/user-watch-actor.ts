import type { Address, Behaviour, Self } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { OnProbation, UserEvidence } from '../lib/evaluation/users/user-evidence.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { TrafficListener } from '../lib/proxy/copy/traffic.ts';
import type { DeployerMessage, UserWatchMessage } from './messages.ts';

const LOOK_MS = 250;
/** Who is on probation is asked when users move, and now and then. */
const ASK_MS = 10_000;
/** What is not acted upon is reported again. */
const REPEAT_MS = 5000;
const SAVE_MS = 30_000;

export interface UserWatchDeps {
  readonly deployer: Address<DeployerMessage>;
  /** Tells of users' responses; returns a function that ends that. */
  readonly onTraffic: (listener: TrafficListener) => () => void;
  readonly endpointOf: (method: string, path: string, operation: string) => string;
  readonly createEvidence: () => UserEvidence;
  /** The servlets that users' requests go to, and how large a share has another one; null: nobody serves. */
  readonly routed: () => string | null;
  /** Who is on probation, or has a share of the users, now. */
  readonly onProbation: () => Promise<OnProbation | null>;
  /** As saved last; null: nothing was. */
  readonly load: () => Promise<unknown>;
  /** Reports a failure itself. */
  readonly save: (checkpoint: unknown) => Promise<void>;
  readonly now: () => number;
  readonly journal: Journal;
}

interface UserWatchState {
  readonly evidence: UserEvidence;
  /** When it was asked who is on probation, and where users were then; positive infinity while it is asked. */
  readonly askedAtMs: number;
  readonly askedAt: string | null;
  readonly reportedAtMs: number;
  /** Positive infinity while it is being saved. */
  readonly savedAtMs: number;
}

/**
 * Watches what users get. A version on probation that serves them worse than the one before did, or its share of them worse
 * than the other users are served, is reported, above all for what is never copied to a version under test, such as writes.
 */
export function userWatchActor(deps: UserWatchDeps): Behaviour<UserWatchMessage, UserWatchState> {
  return {
    async start(self) {
      const evidence = deps.createEvidence();
      await restore(deps, evidence);
      const unsubscribe = deps.onTraffic((batch) => {
        self.address.tell({ type: 'observed', batch });
      });
      self.signal.addEventListener('abort', unsubscribe, { once: true });
      self.every(LOOK_MS, { type: 'tick' });
      return { evidence, ...NOTHING, savedAtMs: deps.now() };
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'observed':
          state.evidence.observed(message.batch, deps.endpointOf);
          return state;
        case 'copied':
          state.evidence.copied(message.outcomes);
          return state;
        case 'tick':
          return save(deps, self, report(deps, self, ask(deps, self, state)));
        case 'looked':
          if (message.found === undefined) return { ...state, ...NOTHING };
          state.evidence.onProbation(message.found, deps.now());
          return { ...state, askedAtMs: deps.now() };
        case 'describe':
          self.send(message.reply, state.evidence.report(deps.now()));
          return state;
        case 'saved':
          return { ...state, savedAtMs: deps.now() };
      }
    },

    /** The next Vili, or the next incarnation, goes on with all of it; a failure was reported. */
    async stop({ evidence }) {
      await deps.save(evidence.checkpoint()).catch(() => {});
    },
  };
}

// Private

type Me = Self<UserWatchMessage>;

const NOTHING = { askedAtMs: -ASK_MS, askedAt: null, reportedAtMs: -REPEAT_MS };

/** What cannot be read is as good as nothing. */
async function restore({ load, journal }: UserWatchDeps, evidence: UserEvidence): Promise<void> {
  try {
    evidence.restore(await load());
  } catch (error) {
    journal.warn(`what users got before is not known: ${messageOf(error)}`);
  }
}

function ask(deps: UserWatchDeps, self: Me, state: UserWatchState): UserWatchState {
  const { askedAtMs, askedAt } = state;
  const routed = deps.routed();
  if (askedAtMs === Number.POSITIVE_INFINITY) return state;
  if (routed === askedAt && deps.now() - askedAtMs < ASK_MS) return state;
  self.pipe(
    deps.onProbation(),
    (found) => ({ type: 'looked', found }),
    () => ({ type: 'looked' }),
  );
  return { ...state, askedAtMs: Number.POSITIVE_INFINITY, askedAt: routed };
}

function report(deps: UserWatchDeps, self: Me, state: UserWatchState): UserWatchState {
  const nowMs = deps.now();
  const { evidence, reportedAtMs } = state;
  if (!evidence.isWorse(nowMs) || nowMs - reportedAtMs < REPEAT_MS) return state;
  const found = evidence.report(nowMs);
  if (found === null) return state;
  const { version: name, reasons } = found;
  const event = { type: 'worse-on-probation', name, by: 'vili', reasons } as const;
  self.send(deps.deployer, event, { correlation: name });
  return { ...state, reportedAtMs: nowMs };
}

function save(
  { save: write, now }: UserWatchDeps,
  self: Me,
  state: UserWatchState,
): UserWatchState {
  if (now() - state.savedAtMs < SAVE_MS) return state;
  const done = (): UserWatchMessage => ({ type: 'saved' });
  self.pipe(write(state.evidence.checkpoint()), done, done);
  return { ...state, savedAtMs: Number.POSITIVE_INFINITY };
}
