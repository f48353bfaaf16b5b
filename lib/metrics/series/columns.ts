/** How the points of a column come about. */
type Kind = 'rate' | 'most' | 'last' | 'quantile';

interface Column {
  readonly kind: Kind;
  /** For `docs/metrics.md`; one sentence without its full stop. */
  readonly doc: string;
}

const OTHER = 'testing; on probation, of previous';

/** The columns of the series by name: their number does not depend on what users ask for. */
export const COLUMNS = {
  requests_1xx: rate('Responses to users of 100 to 199 a second'),
  requests_2xx: rate('The same of 200 to 299'),
  requests_3xx: rate('The same of 300 to 399'),
  requests_4xx: rate('The same of 400 to 499'),
  requests_5xx: rate('The same of 500 to 599'),
  running_p50_seconds: quantile('Half of the responses of running to users took at most so long'),
  running_p95_seconds: quantile('The same of 95 %'),
  running_p99_seconds: quantile('The same of 99 %'),
  testing_p50_seconds: quantile(
    `Half of the responses to copies took at most so long, of ${OTHER}`,
  ),
  testing_p95_seconds: quantile('The same of 95 %'),
  testing_p99_seconds: quantile('The same of 99 %'),
  copies_mirrored: rate('Copies a second that were compared'),
  copies_skipped: rate('Requests a second that were never meant for testing'),
  copies_dropped: rate('Copies a second that were lost on the way'),
  copies_failed: rate('Copies a second to which testing did not respond'),
  held: most('Requests that waited for a running, at most'),
  in_flight: most('Requests of users under way, at most'),
  running_memory_bytes: last('Memory of running'),
  running_cpu: last('Processors that running takes, 0.5 is half of one'),
  testing_memory_bytes: last(`Memory of ${OTHER}`),
  testing_cpu: last(`Processors that it takes, of ${OTHER}`),
  vili_memory_bytes: last('Resident memory of the daemon'),
  vili_cpu: rate('Processors that the daemon takes'),
} as const satisfies Readonly<Record<string, Column>>;

export type ColumnName = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

/** The columns that are sums, of which a point has the increase a second. */
export type RateName = NamesOf<'rate'>;
/** Those of a moment: of several, a point has the last one, or the most. */
export type GaugeName = NamesOf<'last' | 'most'>;

type NamesOf<K extends Kind> = {
  [Name in ColumnName]: (typeof COLUMNS)[Name]['kind'] extends K ? Name : never;
}[ColumnName];

/** The names of the columns of these kinds. */
export function namesOf<K extends Kind>(...kinds: readonly K[]): readonly NamesOf<K>[] {
  const isOne = (name: ColumnName): name is NamesOf<K> =>
    (kinds as readonly Kind[]).includes(COLUMNS[name].kind);
  return COLUMN_NAMES.filter(isOne);
}

// Private

function rate(doc: string) {
  return { kind: 'rate', doc } as const;
}

function most(doc: string) {
  return { kind: 'most', doc } as const;
}

function last(doc: string) {
  return { kind: 'last', doc } as const;
}

function quantile(doc: string) {
  return { kind: 'quantile', doc } as const;
}
