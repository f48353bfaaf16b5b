import type { Address, Behaviour } from '../lib/actor/index.ts';
import type { ServerFileWatch, WatchOptions } from '../lib/base/arrival/watcher.ts';
import type { ServerFile } from '../lib/base/names/server-file.ts';
import { codeOf, messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { Release } from '../lib/model/release.ts';
import type { DeployerMessage, IngestorMessage } from './messages.ts';

export interface IngestorDeps {
  readonly watch: (
    hooks: Pick<WatchOptions, 'onFile' | 'onProblem' | 'signal'>,
  ) => Promise<ServerFileWatch>;
  readonly present: () => Promise<readonly ServerFile[]>;
  readonly identify: (file: ServerFile) => Promise<Release>;
  readonly deployer: Address<DeployerMessage>;
  readonly journal: Journal;
}

interface IngestorState {
  readonly watcher: ServerFileWatch;
  /** Files that were there when this incarnation began and have not been reported yet. */
  readonly unreported: Set<string>;
}

/** Sees a new server file, once it is whole, and tells the deployer which version it is. */
export function ingestorActor(deps: IngestorDeps): Behaviour<IngestorMessage, IngestorState> {
  return {
    async start(self) {
      const present = await deps.present();
      const watcher = await deps.watch({
        onFile: (file) => self.address.tell({ type: 'file', file }),
        onProblem: (text) => self.address.tell({ type: 'problem', text }),
        signal: self.signal,
      });
      return { watcher, unreported: new Set(present.map((file) => file.fileName)) };
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'file': {
          const foundAtStart = state.unreported.delete(message.file.fileName);
          self.pipe(
            deps.identify(message.file),
            (release) => ({ type: 'identified', release, foundAtStart }),
            (error) => ({ type: 'problem', text: vanished(message.file, error) }),
          );
          return state;
        }
        case 'identified': {
          const { release, foundAtStart } = message;
          const event = { type: 'arrived', release, foundAtStart } as const;
          self.send(deps.deployer, event, { correlation: release.name });
          return state;
        }
        case 'problem':
          if (message.text !== '') deps.journal.warn(message.text, {});
          return state;
      }
    },

    async stop(state) {
      await state.watcher.close();
    },
  };
}

// Private

/** A file that went away while it was read is no problem: whoever brought it took it back. */
function vanished(file: ServerFile, error: unknown): string {
  if (codeOf(error) === 'ENOENT') return '';
  return `${file.fileName} cannot be read: ${messageOf(error)}`;
}
