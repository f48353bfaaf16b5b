import type { HistoryEntry, HistoryEvent } from '../../model/history.ts';

const MAX_EVENTS = 20;

export type VersionState =
  | 'running'
  | 'testing'
  /** Its turn in the test is to come. */
  | 'waiting'
  /** Kept warm for a rollback. */
  | 'previous'
  | 'promoted'
  | 'rejected'
  | 'superseded'
  | 'rolled-back'
  /** Never tested: not newer than running, or something was missing. */
  | 'declined'
  /** It served users as the first version, and has left. */
  | 'retired'
  | 'deleted';

/** Schema `vili.versions/1`: every version that the history knows. Fields may be added, never renamed. */
export interface VersionsView {
  readonly schema: 'vili.versions/1';
  /** The one that arrived last first. */
  readonly versions: readonly VersionView[];
}

export interface VersionView {
  readonly version: string;
  readonly state: VersionState;
  /** ISO 8601; null where the history no longer reaches back so far. */
  readonly arrivedAt: string | null;
  /** Of the latest decision on it, else of what happened last, as are `by` and `reasons`. */
  readonly at: string;
  readonly by: string;
  readonly reasons: readonly string[];
  readonly hasReport: boolean;
  /** Where its files are; null when they are deleted. */
  readonly where: 'folder' | 'archive' | null;
  /** The newest, at most 20, oldest first. */
  readonly events: readonly Omit<HistoryEntry, 'version'>[];
}

/** Names of the versions that have a place now. */
export interface VersionRoles {
  readonly running: string | null;
  readonly testing: string | null;
  readonly waiting: string | null;
  readonly previous: string | null;
}

export interface VersionFiles {
  readonly folders: ReadonlySet<string>;
  readonly archives: ReadonlySet<string>;
}

/** They are about the service, whichever version runs. */
const OF_THE_SERVICE: ReadonlySet<HistoryEvent> = new Set(['paused', 'resumed', 'stopped']);

const FATES: Readonly<Partial<Record<HistoryEvent, VersionState>>> = {
  promoted: 'promoted',
  rejected: 'rejected',
  superseded: 'superseded',
  'rolled-back': 'rolled-back',
  refused: 'declined',
};

/** What became of each version, of the newest `limit`. */
export function versionsView(
  history: readonly HistoryEntry[],
  roles: VersionRoles,
  files: VersionFiles,
  limit: number,
): VersionsView {
  const byVersion = new Map<string, HistoryEntry[]>();
  for (const entry of history) {
    if (entry.version === '') continue;
    const known = byVersion.get(entry.version);
    if (known === undefined) byVersion.set(entry.version, [entry]);
    else known.push(entry);
  }
  const versions = [...byVersion]
    .map(([version, entries]) => versionView(version, entries, roles, files))
    .sort((one, other) => Date.parse(firstAt(other)) - Date.parse(firstAt(one)))
    .slice(0, limit);
  return { schema: 'vili.versions/1', versions };
}

// Private

function versionView(
  version: string,
  entries: readonly HistoryEntry[],
  roles: VersionRoles,
  { folders, archives }: VersionFiles,
): VersionView {
  // The very first version was there when Vili started.
  const arrived =
    entries.findLast(({ event }) => event === 'arrived') ??
    entries.find(({ event }) => event === 'started');
  const decided = entries.findLast(({ event }) => FATES[event] !== undefined);
  const last = entries.findLast(({ event }) => !OF_THE_SERVICE.has(event));
  const { at = '', by = '', reasons = [] } = decided ?? last ?? entries.at(-1) ?? {};
  const where = folders.has(version) ? 'folder' : archives.has(version) ? 'archive' : null;
  const wasJudged = decided !== undefined && decided.event !== 'refused';
  return {
    version,
    state: stateOf(version, decided && FATES[decided.event], roles, where !== null),
    arrivedAt: arrived?.at ?? null,
    at,
    by,
    reasons,
    hasReport: wasJudged && where !== null,
    where,
    events: entries.slice(-MAX_EVENTS).map(eventOf),
  };
}

/** Its place now, else its fate. */
function stateOf(
  version: string,
  fate: VersionState | undefined,
  roles: VersionRoles,
  hasFiles: boolean,
): VersionState {
  for (const role of ['running', 'testing', 'waiting', 'previous'] as const) {
    if (roles[role] === version) return role;
  }
  return fate ?? (hasFiles ? 'retired' : 'deleted');
}

function eventOf({ at, event, by, reasons }: HistoryEntry): VersionView['events'][number] {
  return { at, event, by, reasons };
}

function firstAt({ arrivedAt, events, at }: VersionView): string {
  return arrivedAt ?? events[0]?.at ?? at;
}
