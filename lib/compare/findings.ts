import { differenceKey } from './noise/noise.ts';
import type { Difference, DifferenceKind, Unread } from './outcome.ts';
import type { CompareSettings } from './settings.ts';

const SHAPE_KINDS = ['status', 'missing', 'type'] as const;
const VALUE_KINDS = ['value', 'body', 'header'] as const;

/** Collects the differences of one pair: each kind and path once, those that count first. */
export interface Findings {
  add(difference: Difference): void;
  /** False when such a difference would not be kept, so that rendering it is unnecessary. */
  wants(kind: DifferenceKind, path: string): boolean;
  /** Records that a rule hid a difference at this path. */
  skip(path: string): void;
  /** Records that the bodies could not be compared by their content. */
  unread(what: Unread): void;
  /** Records that there was no time to compare what is in the bodies. */
  leaveOut(): void;
  /** True when a further difference would neither be kept nor change the outcome. */
  saturated(): boolean;
  result(): Found;
}

export interface Found {
  readonly differences: readonly Difference[];
  /** At least one of them counts against testing. */
  readonly differs: boolean;
  /** Keys (`differenceKey`) of differences that are known to be noise. */
  readonly ignored: readonly string[];
  /** Paths at which a rule hid a difference. */
  readonly skipped: readonly string[];
  /** Absent where the bodies were compared by their content. */
  readonly unread?: Unread;
  /** There was no time to compare what is in the bodies, only what they are. */
  readonly isLeftOut?: true;
}

export type FindingSettings = Pick<CompareSettings, 'shape' | 'values' | 'maxDifferences'>;

/** `isNoise` is called for each kind and path found; the set it accepts must be bounded. */
export function createFindings(
  settings: FindingSettings,
  isNoise: (key: string) => boolean = () => false,
): Findings {
  const limit = Math.max(1, settings.maxDifferences);
  const blocking: Difference[] = [];
  const reported: Difference[] = [];
  const seen = new Set<string>();
  const ignored: string[] = [];
  const skipped = new Set<string>();
  let unread: Unread | undefined;
  let isLeftOut = false;
  const isBlocking = blockingKinds(settings);

  const listOf = (kind: DifferenceKind) => (isBlocking(kind) ? blocking : reported);
  const wants = (kind: DifferenceKind, path: string) => {
    const key = differenceKey(kind, path);
    if (seen.has(key)) return false;
    if (!isNoise(key)) return listOf(kind).length < limit;
    seen.add(key);
    ignored.push(key);
    return false;
  };

  return {
    wants,
    add(difference) {
      if (!wants(difference.kind, difference.path)) return;
      seen.add(differenceKey(difference.kind, difference.path));
      listOf(difference.kind).push(difference);
    },
    skip(path) {
      if (skipped.size < limit) skipped.add(path);
    },
    unread(what) {
      unread ??= what;
    },
    leaveOut() {
      isLeftOut = true;
    },
    saturated: () => blocking.length >= limit,
    result: () => ({
      differences: [...blocking, ...reported].slice(0, limit),
      differs: blocking.length > 0,
      ignored,
      skipped: [...skipped],
      ...(unread !== undefined && { unread }),
      ...(isLeftOut && { isLeftOut }),
    }),
  };
}

/** The kinds that count against testing. An extra field never does: that is how a service grows. */
export function blockingKinds(
  settings: Pick<FindingSettings, 'shape' | 'values'>,
): (kind: DifferenceKind) => boolean {
  const blocking = new Set<DifferenceKind>([
    ...(settings.shape === 'block' ? SHAPE_KINDS : []),
    ...(settings.values === 'block' ? VALUE_KINDS : []),
  ]);
  return (kind) => blocking.has(kind);
}
