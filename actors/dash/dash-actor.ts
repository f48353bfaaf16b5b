import type { Behaviour, Self } from '../../lib/actor/index.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import type { DashWish } from '../../lib/operator/dash/vili-dash.ts';
import type { DashMessage } from './messages.ts';

export interface DashDeps {
  /** Resolves to the id that the dashboard gives this Vili. */
  readonly register: (signal: AbortSignal) => Promise<string>;
  readonly ask: (uid: string, signal: AbortSignal) => Promise<DashWish | 'nothing' | 'forgotten'>;
  /** Resolves to what happens, in a sentence; rejects when it is not possible now. */
  readonly act: (wish: DashWish) => Promise<string>;
  readonly intervalMs: number;
  /** The pause before registering is tried again. */
  readonly retryMs: number;
  readonly journal: Journal;
}

interface DashState {
  /** Null until it is registered. */
  readonly uid: string | null;
  /** Why the dashboard does not reply; told once. */
  readonly problem: string | null;
}

/**
 * Asks the dashboard of the Go program what to do, as `manualcontrol` says: one question at a time, none of which is repeated
 * before the one before has ended. What it wants is an act of an operator like others, refused where that is.
 */
export function dashActor(deps: DashDeps): Behaviour<DashMessage, DashState> {
  return {
    start(self) {
      register(deps, self);
      return { uid: null, problem: null };
    },

    handle(state, message, self) {
      const { journal, intervalMs, retryMs } = deps;
      switch (message.type) {
        case 'tick':
          if (state.uid === null) register(deps, self);
          else ask(deps, self, state.uid);
          return state;
        case 'registered':
          journal.notice('manualcontrol: registered with the dashboard');
          self.after(intervalMs, { type: 'tick' });
          return { uid: message.uid, problem: null };
        case 'asked':
          return asked(deps, self, state, message.wish);
        case 'acted':
          journal.notice(`manualcontrol: ${message.text}`);
          self.after(intervalMs, { type: 'tick' });
          return state;
        case 'failed':
          if (message.problem !== state.problem) journal.warn(message.problem);
          self.after(state.uid === null ? retryMs : intervalMs, { type: 'tick' });
          return { ...state, problem: message.problem };
      }
    },
  };
}

// Private

type Me = Self<DashMessage>;

const failed = (error: unknown): DashMessage => ({ type: 'failed', problem: messageOf(error) });

function register(deps: DashDeps, self: Me): void {
  self.pipe(deps.register(self.signal), (uid) => ({ type: 'registered', uid }), failed);
}

function ask(deps: DashDeps, self: Me, uid: string): void {
  self.pipe(deps.ask(uid, self.signal), (wish) => ({ type: 'asked', wish }), failed);
}

function asked(
  deps: DashDeps,
  self: Me,
  state: DashState,
  wish: DashWish | 'nothing' | 'forgotten',
): DashState {
  const { journal, intervalMs } = deps;
  if (state.problem !== null) journal.notice('manualcontrol: the dashboard replies again');
  if (wish === 'forgotten') register(deps, self);
  else if (wish === 'nothing') self.after(intervalMs, { type: 'tick' });
  else {
    const what = wish.action === 'deploy' ? 'deploy' : `restart of ${wish.role}`;
    self.pipe(
      deps.act(wish),
      (text) => ({ type: 'acted', text: `the dashboard wants ${what}: ${text}` }),
      (error) => ({
        type: 'acted',
        text: `the dashboard wants ${what}, which is not possible now: ${messageOf(error)}`,
      }),
    );
  }
  return { uid: wish === 'forgotten' ? null : state.uid, problem: null };
}
