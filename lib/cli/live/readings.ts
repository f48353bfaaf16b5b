import type { ControlClient } from '../../operator/client/client.ts';

type SeriesView = Awaited<ReturnType<ControlClient['series']>>;
type ColumnName = keyof SeriesView['columns'];

/** What one side, running or testing, does now; null where it is not known. */
export interface SideReading {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly memoryBytes: number | null;
  readonly cpu: number | null;
}

/** The numbers of `vili top`, over the last seconds. */
export interface Readings {
  /** A second. */
  readonly requests: number | null;
  readonly failures: number | null;
  readonly mirrored: number | null;
  readonly skipped: number | null;
  readonly dropped: number | null;
  readonly failed: number | null;
  readonly held: number | null;
  readonly inFlight: number | null;
  readonly running: SideReading;
  readonly testing: SideReading;
  readonly vili: Pick<SideReading, 'memoryBytes' | 'cpu'>;
}

/** The series of the last seconds are read; one second alone would jump. */
export const READ_MS = 6000;

/** The mean of the points that are known, column by column. */
export function readingsOf({ columns }: SeriesView): Readings {
  const read = (name: ColumnName): number | null => meanOf(columns[name] ?? []);
  const inMs = (name: ColumnName): number | null => {
    const seconds = read(name);
    return seconds === null ? null : 1000 * seconds;
  };
  const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
  const counts = classes.flatMap((kind) => read(`requests_${kind}`) ?? []);
  const side = (who: 'running' | 'testing'): SideReading => ({
    p50Ms: inMs(`${who}_p50_seconds`),
    p95Ms: inMs(`${who}_p95_seconds`),
    p99Ms: inMs(`${who}_p99_seconds`),
    memoryBytes: read(`${who}_memory_bytes`),
    cpu: read(`${who}_cpu`),
  });
  return {
    requests: counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0),
    failures: read('requests_5xx'),
    mirrored: read('copies_mirrored'),
    skipped: read('copies_skipped'),
    dropped: read('copies_dropped'),
    failed: read('copies_failed'),
    held: read('held'),
    inFlight: read('in_flight'),
    running: side('running'),
    testing: side('testing'),
    vili: { memoryBytes: read('vili_memory_bytes'), cpu: read('vili_cpu') },
  };
}

// Private

function meanOf(points: readonly (number | null)[]): number | null {
  const known = points.filter((point) => point !== null);
  return known.length === 0 ? null : known.reduce((sum, point) => sum + point, 0) / known.length;
}
