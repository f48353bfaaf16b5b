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
  /** Files that were present when this incarnation began and are not reported yet. */
  readonly unreported: Set<string>;
}

/** Watches for server files; once a file is complete, the deployer learns which version it is. */
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
            (error) => ({ type: 'problem', text: problemOf(message.file, error) }),
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
          if (message.text !== null) deps.journal.warn(message.text);
          return state;
      }
    },

    async stop(state) {
      await state.watcher.close();
    },
  };
}

// Private

/** A file that vanished while it was read is not a problem: whoever brought it took it back. */
function problemOf(file: ServerFile, error: unknown): string | null {
  if (codeOf(error) === 'ENOENT') return null;
  return `${file.fileName} cannot be read: ${messageOf(error)}`;
}
