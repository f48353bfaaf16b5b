import type { Address, Behaviour, Self } from '../lib/actor/index.ts';
import type { RestoredVersion } from '../lib/archive/restore-archived.ts';
import { isSystemFailure, type WriteHealth } from '../lib/disk/write-health.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import { backoffMs } from '../lib/runtime/backoff.ts';
import type { ArchivistMessage, DeployerMessage } from './messages.ts';

/** A full disk may have room again by then. */
const RETRY = { minMs: 1000, maxMs: 60_000 };
const MAY_DELETE_TIMEOUT_MS = 5000;

export interface ArchivistDeps {
  /** Removes what a killed Vili left half-written or half-deleted; what it cannot remove is a problem. */
  readonly cleanUp: () => Promise<{
    readonly removed: readonly string[];
    readonly problems: readonly string[];
  }>;
  /** Zips, verifies, renames, and deletes the folder if it may; resolves to a line for the log. */
  readonly archive: (
    name: string,
    mayDelete: () => Promise<boolean>,
    signal: AbortSignal,
  ) => Promise<string>;
  /** Brings a version's folder back from its archive. */
  readonly restore: (
    name: string,
    below: string | null,
    signal: AbortSignal,
  ) => Promise<RestoredVersion>;
  readonly deployer: Address<DeployerMessage>;
  /** Told what the operating system refuses, which is reported once however often it is tried. */
  readonly writes: Pick<WriteHealth, 'failed' | 'succeeded'>;
  readonly journal: Journal;
}

interface ArchivistState {
  readonly waiting: readonly string[];
  readonly packing: string | null;
  readonly restoring: string | null;
  readonly failures: ReadonlyMap<string, number>;
}

/** Packs one version folder at a time, and restores one beside it, which people wait for; a folder that fails is tried again, with growing pauses. */
export function archivistActor(deps: ArchivistDeps): Behaviour<ArchivistMessage, ArchivistState> {
  return {
    async start(self) {
      await cleanUp(deps);
      if (self.incarnation > 1) self.send(deps.deployer, { type: 'resync' });
      return { waiting: [], packing: null, restoring: null, failures: new Map() };
    },

    handle(state, message, self) {
      const { name } = message;
      const failures = new Map(state.failures);
      switch (message.type) {
        case 'archive':
        case 'again':
          if (state.packing === name || state.waiting.includes(name)) return state;
          return packNext(deps, self, { ...state, waiting: [...state.waiting, name] });
        case 'restore':
          return restore(deps, self, state, message);
        case 'unpacked':
          self.send(
            deps.deployer,
            { type: 'restored', ...message.restored },
            { correlation: name },
          );
          return { ...state, restoring: null };
        case 'not-unpacked':
          self.send(
            deps.deployer,
            { type: 'not-restored', name, problem: message.problem },
            { correlation: name },
          );
          return { ...state, restoring: null };
        case 'packed':
          deps.journal.info(message.text);
          deps.writes.succeeded('an archive');
          self.send(deps.deployer, { type: 'archived', name }, { correlation: name });
          failures.delete(name);
          return packNext(deps, self, { ...state, packing: null, failures });
        case 'not-packed': {
          const count = (state.failures.get(name) ?? 0) + 1;
          const delayMs = backoffMs(RETRY, count - 1);
          const { problem, isSystemFailure } = message;
          const text = `${name} could not be archived, next try in ${delayMs} ms`;
          if (isSystemFailure) deps.writes.failed('an archive', problem);
          else deps.journal.error(text, { problem });
          self.after(delayMs, { type: 'again', name });
          failures.set(name, count);
          return packNext(deps, self, { ...state, packing: null, failures });
        }
      }
    },
  };
}

// Private

/** An archive folder that cannot be read stops no service; packing reports it again. */
async function cleanUp({ journal, ...deps }: ArchivistDeps): Promise<void> {
  try {
    const { removed, problems } = await deps.cleanUp();
    if (removed.length > 0)
      journal.info(`left half-done by an earlier Vili: ${removed.join(', ')}`);
    for (const problem of problems)
      journal.error(`what was left half-done cannot be cleared away: ${problem}`);
  } catch (error) {
    journal.error(`what was left half-done cannot be cleared away: ${messageOf(error)}`);
  }
}

function restore(
  deps: ArchivistDeps,
  self: Self<ArchivistMessage>,
  state: ArchivistState,
  { name, below }: Extract<ArchivistMessage, { type: 'restore' }>,
): ArchivistState {
  if (state.restoring === name) return state;
  self.pipe(
    deps.restore(name, below, self.signal),
    (restored) => ({ type: 'unpacked', name, restored }),
    (error) => ({ type: 'not-unpacked', name, problem: messageOf(error) }),
  );
  return { ...state, restoring: name };
}

function packNext(
  deps: ArchivistDeps,
  self: Self<ArchivistMessage>,
  state: ArchivistState,
): ArchivistState {
  const [name, ...waiting] = state.waiting;
  if (state.packing !== null || name === undefined) return state;
  const mayDelete = (): Promise<boolean> =>
    self.ask<DeployerMessage, boolean>(
      deps.deployer,
      (reply) => ({ type: 'may-delete', name, reply }),
      MAY_DELETE_TIMEOUT_MS,
    );
  self.pipe(
    deps.archive(name, mayDelete, self.signal),
    (text) => ({ type: 'packed', name, text }),
    (error) => {
      const problem = messageOf(error);
      return { type: 'not-packed', name, problem, isSystemFailure: isSystemFailure(error) };
    },
  );
  return { ...state, waiting, packing: name };
}
