import type { Address, Behaviour } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { DeployerMessage, DiskJanitorMessage } from './messages.ts';

export interface DiskJanitorDeps {
  readonly intervalMs: number;
  /** Resolves to the versions whose archive was deleted, and to what an operator must know, or null. */
  readonly clean: () => Promise<{
    readonly deleted: readonly string[];
    readonly warning: string | null;
  }>;
  readonly capIntervalMs: number;
  /** Cuts the servlets' output files that have grown too large. */
  readonly cap: () => Promise<void>;
  readonly deployer: Address<DeployerMessage>;
  readonly journal: Journal;
}

interface DiskJanitorState {
  readonly cleaning: boolean;
  readonly capping: boolean;
  readonly warned: string | null;
}

/** Keeps archives and logs within their limits, checked at every interval. */
export function diskJanitorActor(
  deps: DiskJanitorDeps,
): Behaviour<DiskJanitorMessage, DiskJanitorState> {
  const { journal } = deps;
  return {
    start(self) {
      self.every(deps.intervalMs, { type: 'tick' });
      self.every(deps.capIntervalMs, { type: 'cap' });
      return { cleaning: false, capping: false, warned: null };
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'tick':
          if (state.cleaning) return state;
          self.pipe(
            deps.clean(),
            (it) => ({ type: 'cleaned', ...it }),
            (error) => ({ type: 'not-cleaned', problem: messageOf(error) }),
          );
          return { ...state, cleaning: true };
        case 'cleaned': {
          const { deleted, warning } = message;
          for (const version of deleted) {
            const text = 'its archive made room for newer ones';
            self.send(deps.deployer, { type: 'note', event: 'deleted', version, text });
          }
          if (warning !== null && warning !== state.warned) journal.warn(warning);
          return { ...state, cleaning: false, warned: warning };
        }
        case 'not-cleaned':
          journal.error('cleaning up failed', { problem: message.problem });
          return { ...state, cleaning: false };
        case 'cap':
          if (state.capping) return state;
          self.pipe(
            deps.cap(),
            () => ({ type: 'capped', problem: null }),
            (error) => ({ type: 'capped', problem: messageOf(error) }),
          );
          return { ...state, capping: true };
        case 'capped':
          if (message.problem !== null) {
            journal.warn(`the output of a servlet could not be cut: ${message.problem}`);
          }
          return { ...state, capping: false };
      }
    },
  };
}
