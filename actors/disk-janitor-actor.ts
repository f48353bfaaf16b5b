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
  readonly deployer: Address<DeployerMessage>;
  readonly journal: Journal;
}

/** Keeps archives and logs within their limits; looks around at every interval. */
export function diskJanitorActor(
  deps: DiskJanitorDeps,
): Behaviour<DiskJanitorMessage, { readonly busy: boolean; readonly warned: string }> {
  return {
    start(self) {
      self.every(deps.intervalMs, { type: 'tick' });
      return { busy: false, warned: '' };
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
        case 'cleaned': {
          for (const version of message.deleted) {
            const text = 'its archive made room for newer ones';
            self.send(deps.deployer, { type: 'note', event: 'deleted', version, text });
          }
          const warned = message.warnings.join('; ');
          if (warned !== '' && warned !== state.warned) deps.journal.warn(warned, {});
          return { busy: false, warned };
        }
        case 'not-cleaned':
          deps.journal.error('cleaning up failed', { problem: message.problem });
          return { ...state, busy: false };
      }
    },
  };
}
