import { differenceKey } from './noise/noise.ts';
import type { Difference, DifferenceKind } from './outcome.ts';
import type { CompareSettings } from './settings.ts';

/** Collects the differences of one pair: each kind and path once, what counts before the rest. */
export interface Findings {
  add(difference: Difference): void;
  /** False when such a difference would not be kept: rendering it can be spared. */
  wants(kind: DifferenceKind, path: string): boolean;
  /** Notes that a rule hid a difference at this path. */
  skip(path: string): void;
  /** True when a value found from now on would neither be kept nor change the outcome. */
  saturated(): boolean;
  result(): Found;
}

export interface Found {
  readonly differences: readonly Difference[];
  /** A difference that counts is among them. */
  readonly differs: boolean;
  /** Keys (`differenceKey`) of what differed but is known to be noise. */
  readonly ignored: readonly string[];
  /** Paths at which a rule hid a difference. */
  readonly skipped: readonly string[];
}

export type FindingSettings = Pick<CompareSettings, 'shape' | 'values' | 'maxDifferences'>;

/** `isNoise` is asked for each kind and path found; it must be bounded in what it says yes to. */
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
    saturated: () => blocking.length >= limit,
    result: () => ({
      differences: [...blocking, ...reported].slice(0, limit),
      differs: blocking.length > 0,
      ignored,
      skipped: [...skipped],
    }),
  };
}

/** Which kinds count against testing. An additional field never does: so does a service grow. */
export function blockingKinds(
  settings: Pick<FindingSettings, 'shape' | 'values'>,
): (kind: DifferenceKind) => boolean {
  const shape = settings.shape === 'block';
  const values = settings.values === 'block';
  const blocks: Record<DifferenceKind, boolean> = {
    status: shape,
    missing: shape,
    type: shape,
    value: values,
    body: values,
    header: values,
    extra: false,
  };
  return (kind) => blocks[kind];
}
