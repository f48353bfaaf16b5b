import { endsTest, type HistoryEntry } from '../../lib/model/history.ts';

/** A version that ever came, and what became of it. */
export interface VersionView {
  readonly version: string;
  /** `running`, `testing`, `previous`, or the latest event that decided about it. */
  readonly state: string;
  /** Of that event. */
  readonly at: string;
  readonly by: string;
  readonly reasons: readonly string[];
  /** Whether it was tested, so that there is a report. */
  readonly wasTested: boolean;
  /** Oldest first. */
  readonly events: readonly HistoryEntry[];
}

/** Who has which role now. */
export interface Roles {
  readonly running: string | null;
  readonly testing: string | null;
  readonly previous: string | null;
}

const OF_A_TEST = new Set([
  'testing',
  'stepped',
  'promoted',
  'rejected',
  'superseded',
  'rolled-back',
]);
/** They are about the service, whichever version runs. */
const OF_THE_SERVICE = new Set(['paused', 'resumed', 'stopped']);

/** Every version of a history, the latest arrival first. */
export function versionsOf(history: readonly HistoryEntry[], roles: Roles): readonly VersionView[] {
  const byName = new Map<string, HistoryEntry[]>();
  for (const entry of history) {
    if (entry.version === '' || OF_THE_SERVICE.has(entry.event)) continue;
    const known = byName.get(entry.version);
    if (known === undefined) byName.set(entry.version, [entry]);
    else known.push(entry);
  }
  return [...byName].map(([version, events]) => viewOf(version, events, roles)).toReversed();
}

// Private

function viewOf(version: string, events: readonly HistoryEntry[], roles: Roles): VersionView {
  const decided = events.findLast(({ event }) => endsTest(event) || event === 'refused');
  const { at, by, reasons, event } = decided ?? events.at(-1) ?? UNKNOWN;
  const role = (['running', 'testing', 'previous'] as const).find((one) => roles[one] === version);
  const wasTested = events.some((one) => OF_A_TEST.has(one.event));
  return { version, state: role ?? event, at, by, reasons, wasTested, events };
}

const UNKNOWN: HistoryEntry = { at: '', event: 'arrived', version: '', by: '', reasons: [] };
