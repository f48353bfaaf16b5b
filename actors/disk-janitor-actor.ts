import type { Address, Behaviour, Self } from '../lib/actor/index.ts';
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
  readonly lookIntervalMs: number;
  /** Resolves to why there is no room for another test, or to null. Never rejects. */
  readonly look: () => Promise<string | null>;
  readonly capIntervalMs: number;
  /** Cuts the servlets' output files that have grown too large. */
  readonly cap: () => Promise<void>;
  readonly deployer: Address<DeployerMessage>;
  readonly journal: Journal;
}

interface DiskJanitorState {
  readonly cleaning: boolean;
  readonly capping: boolean;
  readonly looking: boolean;
  /** As last told to the deployer; undefined: nothing yet. */
  readonly short: string | null | undefined;
  /** How often in a row the disk was found short. */
  readonly shortLooks: number;
  readonly warned: string | null;
  /** Why outputs could not be cut; reported once. */
  readonly uncut: string | null;
  /** Why the last clean-up failed; reported once. */
  readonly uncleaned: string | null;
}

/** While the disk stays short, it is cleaned up at every such look: what fills it may go on. */
const CLEAN_AT_LOOKS = 5;

const NOTHING_KNOWN: DiskJanitorState = {
  cleaning: false,
  capping: false,
  looking: false,
  short: undefined,
  shortLooks: 0,
  warned: null,
  uncut: null,
  uncleaned: null,
};

/**
 * Keeps archives and logs within their limits, checked at every interval, and at once when the disk becomes short of
 * space; tells the deployer whether there is room for another test.
 */
export function diskJanitorActor(
  deps: DiskJanitorDeps,
): Behaviour<DiskJanitorMessage, DiskJanitorState> {
  const { deployer, journal } = deps;
  return {
    start(self) {
      self.every(deps.intervalMs, { type: 'tick' });
      self.every(deps.lookIntervalMs, { type: 'look' });
      self.every(deps.capIntervalMs, { type: 'cap' });
      return NOTHING_KNOWN;
    },

    handle(state, message, self) {
      switch (message.type) {
        case 'tick':
          // Repeated, since the deployer may not have been there.
          if (state.short !== undefined) tellRoom(deps, self, state.short);
          return clean(deps, self, state);
        case 'cleaned': {
          const { deleted, warning } = message;
          for (const version of deleted) {
            const text = 'its archive made room for newer ones';
            self.send(deployer, { type: 'note', event: 'deleted', version, text });
          }
          if (warning !== null && state.warned === null) journal.warn(warning);
          if (warning === null && state.warned !== null) journal.notice(ROOM_AGAIN);
          return { ...state, cleaning: false, warned: warning, uncleaned: null };
        }
        case 'not-cleaned': {
          const { problem } = message;
          if (problem !== state.uncleaned) journal.error('cleaning up failed', { problem });
          return { ...state, cleaning: false, uncleaned: problem };
        }
        case 'look':
          return look(deps, self, state);
        case 'looked':
          return looked(deps, self, { ...state, looking: false }, message.problem);
        case 'cap':
          return cap(deps, self, state);
        case 'capped': {
          const { problem } = message;
          if (problem !== null && problem !== state.uncut) {
            journal.warn(`the output of a servlet could not be cut: ${problem}`);
          }
          return { ...state, capping: false, uncut: problem };
        }
      }
    },
  };
}

// Private

type Me = Self<DiskJanitorMessage>;

const ROOM_AGAIN = 'the disk has at least disk.min_free again';

function clean(deps: DiskJanitorDeps, self: Me, state: DiskJanitorState): DiskJanitorState {
  if (state.cleaning) return state;
  self.pipe(
    deps.clean(),
    (it) => ({ type: 'cleaned', ...it }),
    (error) => ({ type: 'not-cleaned', problem: messageOf(error) }),
  );
  return { ...state, cleaning: true };
}

function look(deps: DiskJanitorDeps, self: Me, state: DiskJanitorState): DiskJanitorState {
  if (state.looking) return state;
  const done = (problem: string | null) => ({ type: 'looked', problem }) as const;
  self.pipe(deps.look(), done, () => done(null));
  return { ...state, looking: true };
}

/** How much is free changes all the time; whether that is enough does not. */
function looked(
  deps: DiskJanitorDeps,
  self: Me,
  state: DiskJanitorState,
  problem: string | null,
): DiskJanitorState {
  const { short } = state;
  const shortLooks = problem === null ? 0 : state.shortLooks + 1;
  if (short !== undefined && (short === null) === (problem === null)) {
    const next = { ...state, shortLooks };
    return shortLooks > 0 && shortLooks % CLEAN_AT_LOOKS === 0 ? clean(deps, self, next) : next;
  }
  tellRoom(deps, self, problem);
  // With room again, what could not be written for want of it is written now.
  return clean(deps, self, { ...state, short: problem, shortLooks });
}

function tellRoom({ deployer }: DiskJanitorDeps, self: Me, problem: string | null): void {
  self.send(deployer, { type: 'disk', problem });
}

function cap(deps: DiskJanitorDeps, self: Me, state: DiskJanitorState): DiskJanitorState {
  if (state.capping) return state;
  self.pipe(
    deps.cap(),
    () => ({ type: 'capped', problem: null }),
    (error) => ({ type: 'capped', problem: messageOf(error) }),
  );
  return { ...state, capping: true };
}
