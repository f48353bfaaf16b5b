/** Maven's order of qualifiers; `''` is the release itself. */
const QUALIFIER_ORDER = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const RELEASE_RANK = QUALIFIER_ORDER.indexOf('');
const UNKNOWN_RANK = QUALIFIER_ORDER.length;
const NUMBER_RANK = UNKNOWN_RANK + 1;
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['cr', 'rc'],
  ['ga', ''],
  ['final', ''],
  ['release', ''],
]);
/** `a1`, `b2`, `m3` are alpha, beta and milestone only when a number follows. */
const SHORT_ALIASES: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);
/** Maven calls a deployed snapshot `1.0-20220310.101112-5`: date, time, build number. */
const TIMESTAMPED_SNAPSHOT = /-(\d{8})\.(\d{6})-(\d+)(?!\d)/;
const END: Token = { rank: RELEASE_RANK, text: '' };

interface Token {
  readonly rank: number;
  /** An unknown qualifier, or the digits of a number without leading zeros. */
  readonly text: string;
}

interface Version {
  readonly numbers: readonly string[];
  readonly tail: readonly Token[];
}

/**
 * A total order over version texts, older first: numeric parts (`1.10` after `1.9`, missing ones
 * are 0), then Maven's qualifiers (https://maven.apache.org/pom.html#version-order-specification),
 * where a timestamped snapshot counts as SNAPSHOT of that date, time and numeric build. Versions of
 * equal rank (`1.0`, `1.0.0`) are ordered by their text, so that 0 means the same text.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = parseVersion(a);
  const right = parseVersion(b);
  return (
    compareEach(left.numbers, right.numbers, '', compareDigits) ||
    compareEach(left.tail, right.tail, END, compareTokens) ||
    (a < b ? -1 : 1)
  );
}

// Private

/** The order of the first elements that differ, where `missing` extends the shorter list. */
function compareEach<T>(
  a: readonly T[],
  b: readonly T[],
  missing: T,
  compare: (a: T, b: T) => number,
): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const order = compare(a[i] ?? missing, b[i] ?? missing);
    if (order !== 0) return order;
  }
  return 0;
}

function compareTokens(a: Token, b: Token): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.rank === NUMBER_RANK) return compareDigits(a.text, b.text);
  return a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
}

/** Compares numbers of any length without leading zeros: the longer one is greater. */
function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

function parseVersion(text: string): Version {
  const plain = text.toLowerCase().replace(TIMESTAMPED_SNAPSHOT, '-snapshot-$1-$2-$3');
  const leading = /^\d+(?:\.\d+)*/.exec(plain)?.[0] ?? '';
  const numbers = leading === '' ? [] : leading.split('.').map(withoutZeros);
  return { numbers, tail: tailOf(plain.slice(leading.length)) };
}

function tailOf(text: string): Token[] {
  const parts = text.match(/\d+|[^\d.\-_+~]+/g) ?? [];
  return parts.map((part, index) => {
    if (/^\d/.test(part)) return { rank: NUMBER_RANK, text: withoutZeros(part) };
    const isNumbered = /^\d/.test(parts[index + 1] ?? '');
    return qualifierToken(part, isNumbered);
  });
}

function qualifierToken(part: string, isNumbered: boolean): Token {
  const short = isNumbered ? SHORT_ALIASES.get(part) : undefined;
  const word = short ?? ALIASES.get(part) ?? part;
  const rank = QUALIFIER_ORDER.indexOf(word);
  return rank < 0 ? { rank: UNKNOWN_RANK, text: part } : { rank, text: '' };
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+/, '');
}
