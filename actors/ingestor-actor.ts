import type { Address, Behaviour } from '../lib/actor/index.ts';
import type { ServerFileWatch, WatchOptions } from '../lib/base/arrival/watcher.ts';
import type { ServerFile } from '../lib/base/names/server-file.ts';
import type { DeclaredFile } from '../lib/compare/rules/declared.ts';
import { codeOf, messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import { faultOf } from '../lib/model/fault.ts';
import type { Release } from '../lib/model/release.ts';
import { type Backoff, backoffMs } from '../lib/runtime/backoff.ts';
import type { DeployerMessage, IngestorMessage } from './messages.ts';

/** The pauses before a file is read again that this place keeps from being read. */
const READ_AGAIN: Backoff = { minMs: 500, maxMs: 60_000 };

export interface IngestorDeps {
  readonly watch: (
    hooks: Pick<WatchOptions, 'onFile' | 'onAcceptFile' | 'onNearMiss' | 'onProblem' | 'signal'>,
  ) => Promise<ServerFileWatch>;
  readonly present: () => Promise<readonly ServerFile[]>;
  /** Everything in the base. */
  readonly names: () => Promise<readonly string[]>;
  readonly identify: (file: ServerFile) => Promise<Release>;
  /** Throws what keeps it from being read. */
  readonly readDeclared: (file: ServerFile) => Promise<DeclaredFile>;
  readonly deployer: Address<DeployerMessage>;
  readonly journal: Journal;
}

interface IngestorState {
  readonly watcher: ServerFileWatch;
  /** Files that were present when this incarnation began and are not reported yet. */
  readonly unreported: Set<string>;
  /** All names that were present then. */
  readonly foreign: ReadonlySet<string>;
}

/** Watches for server files; once a file is complete, the deployer learns which version it is. */
export function ingestorActor(deps: IngestorDeps): Behaviour<IngestorMessage, IngestorState> {
  return {
    async start(self) {
      const present = await deps.present();
      const foreign = new Set(await deps.names());
      const watcher = await deps.watch({
        onFile: (file) => self.address.tell({ type: 'file', file }),
        onAcceptFile: (file) => self.address.tell({ type: 'accept-file', file }),
        onNearMiss: (fileName, text) => self.address.tell({ type: 'near-miss', fileName, text }),
        onProblem: (text) => self.address.tell({ type: 'problem', text }),
        signal: self.signal,
      });
      return { watcher, unreported: new Set(present.map((file) => file.fileName)), foreign };
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'file': {
          const { file, attempt = 0 } = message;
          const foundAtStart = state.unreported.delete(file.fileName);
          self.pipe(
            deps.identify(file),
            (release) => ({ type: 'identified', release, foundAtStart }),
            (error) => ({ type: 'unread', file, attempt, foundAtStart, error }),
          );
          return state;
        }
        case 'unread': {
          const { file, attempt, foundAtStart, error } = message;
          // A file that vanished while it was read is not a problem: whoever brought it took it back.
          if (codeOf(error) === 'ENOENT') return state;
          const isWaitedOut = faultOf(error) === 'place';
          const again = isWaitedOut ? '; it is tried again by itself' : '';
          const text = `${file.fileName} cannot be read: ${messageOf(error)}${again}`;
          if (attempt === 0) deps.journal.warn(text);
          if (!isWaitedOut) return state;
          if (foundAtStart) state.unreported.add(file.fileName);
          self.after(backoffMs(READ_AGAIN, attempt), { type: 'file', file, attempt: attempt + 1 });
          return state;
        }
        case 'identified': {
          const { release, foundAtStart } = message;
          const event = { type: 'arrived', release, foundAtStart } as const;
          self.send(deps.deployer, event, { correlation: release.name });
          return state;
        }
        case 'accept-file': {
          const { file } = message;
          self.pipe(
            deps.readDeclared(file),
            (declared) => ({ type: 'declared', file, declared }),
            (error) => ({
              type: 'problem',
              text: `${file.fileName} is not used: ${messageOf(error)}`,
            }),
          );
          return state;
        }
        case 'declared': {
          const { file, declared } = message;
          const { version, fileName } = file;
          const { entries, problems } = declared;
          if (problems.length === 0) {
            self.send(deps.deployer, { type: 'declared', version, fileName, entries });
            return state;
          }
          const text = `nothing of ${fileName} counts: ${problems.join('; ')}`;
          // At a start it is not news.
          if (state.foreign.has(fileName)) deps.journal.warn(text);
          else
            self.send(deps.deployer, { type: 'note', event: 'refused', version: fileName, text });
          return state;
        }
        case 'near-miss': {
          const { fileName, text } = message;
          // What lay there before is not news, whenever Vili is started.
          if (state.foreign.has(fileName)) deps.journal.warn(`${fileName} is not used: ${text}`);
          else
            self.send(deps.deployer, { type: 'note', event: 'refused', version: fileName, text });
          return state;
        }
        case 'problem':
          deps.journal.warn(message.text);
          return state;
      }
    },

    async stop(state) {
      await state.watcher.close();
    },
  };
}
