import type { Address, Behaviour } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { DeployerMessage, DiskJanitorMessage } from './messages.ts';

export interface CleanUp {
  /** Names of versions whose archive was deleted. */
  readonly deleted: readonly string[];
  readonly warnings: readonly string[];
}

export interface DiskJanitorDeps {
  readonly intervalMs: number;
  readonly clean: () => Promise<CleanUp>;
  readonly capIntervalMs: number;
  /** Cuts the servlets' output files that have grown too large. */
  readonly cap: () => Promise<void>;
  readonly deployer: Address<DeployerMessage>;
  readonly journal: Journal;
}

interface DiskJanitorState {
  readonly busy: boolean;
  readonly capping: boolean;
  readonly warned: string;
}

/** Keeps archives and logs within their limits; looks around at every interval. */
export function diskJanitorActor(
  deps: DiskJanitorDeps,
): Behaviour<DiskJanitorMessage, DiskJanitorState> {
  return {
    start(self) {
      self.every(deps.intervalMs, { type: 'tick' });
      self.every(deps.capIntervalMs, { type: 'cap' });
      return { busy: false, capping: false, warned: '' };
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'tick':
          if (state.busy) return state;
          self.pipe(
            deps.clean(),
            (it) => ({ type: 'cleaned', ...it }),
            (error) => ({ type: 'not-cleaned', problem: messageOf(error) }),
          );
          return { ...state, busy: true };
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
            deps.journal.warn(`the output of a servlet could not be cut: ${message.problem}`);
          }
          return { ...state, capping: false };
        case 'cleaned': {
          for (const version of message.deleted) {
            const text = 'its archive made room for newer ones';
            self.send(deps.deployer, { type: 'note', event: 'deleted', version, text });
          }
          const warned = message.warnings.join('; ');
          if (warned !== '' && warned !== state.warned) deps.journal.warn(warned, {});
          return { ...state, busy: false, warned };
        }
        case 'not-cleaned':
          deps.journal.error('cleaning up failed', { problem: message.problem });
          return { ...state, busy: false };
      }
    },
  };
}
