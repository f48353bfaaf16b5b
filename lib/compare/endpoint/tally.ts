/** What a response looks like from outside. */
export interface Seen {
  readonly status: number;
  /** The media type; '' for none. */
  readonly kind: string;
  readonly bytes: number;
  readonly ms: number;
}

const MAX_LOOKS = 8;
/** Share of one look in a group that makes it the look of the group. */
const PURE = 0.75;
/** Standard deviations on the scale of powers of 2 below which all are as good as equal. */
const ALIKE = 0.05;
const CLEARLY_DIFFERENT = 0.3;
/** Share of the variance that values explain, for a name that says nothing. */
const MOST = 0.75;
/** Variance between over variance within, for a name that says what it is for. */
const F_SIZE = 8;
const F_TIME = 12;
const MIN_TIMED = 40;

/** Sums over the responses to requests with the same value of a parameter. */
export class Tally {
  count = 0;
  private readonly statuses = new Map<string, number>();
  private readonly kinds = new Map<string, number>();
  private readonly size = { sum: 0, squares: 0 };
  private readonly time = { sum: 0, squares: 0 };

  add({ status, kind, bytes, ms }: Seen): void {
    this.count++;
    count(this.statuses, `${status}`);
    count(this.kinds, kind);
    note(this.size, Math.log2(1 + bytes));
    note(this.time, Math.log2(1 + ms));
  }

  clone(): Tally {
    const copy = new Tally();
    copy.count = this.count;
    for (const [status, times] of this.statuses) copy.statuses.set(status, times);
    for (const [kind, times] of this.kinds) copy.kinds.set(kind, times);
    Object.assign(copy.size, this.size);
    Object.assign(copy.time, this.time);
    return copy;
  }

  /** Whether groups have a status or a kind of their own, and not all the same. */
  static differInLooks(groups: readonly Tally[]): boolean {
    const [statuses, kinds] = [new Set<string>(), new Set<string>()];
    for (const { statuses: byStatus, kinds: byKind, count: all } of groups) {
      addPrevalent(statuses, byStatus, all);
      addPrevalent(kinds, byKind, all);
    }
    return statuses.size > 1 || kinds.size > 1;
  }

  static differInSize(groups: readonly Tally[], isAction: boolean): boolean {
    const { explained, f, deviation } = variances(groups, ({ size }) => size);
    if (isAction) return deviation >= ALIKE && f >= F_SIZE;
    return deviation >= CLEARLY_DIFFERENT && explained >= MOST;
  }

  static differInTime(groups: readonly Tally[]): boolean {
    const { f, deviation, count } = variances(groups, ({ time }) => time);
    return count >= MIN_TIMED && deviation >= CLEARLY_DIFFERENT && f >= F_TIME;
  }
}

// Private

interface Sums {
  sum: number;
  squares: number;
}

function count(looks: Map<string, number>, look: string): void {
  const known = looks.get(look);
  if (known !== undefined || looks.size < MAX_LOOKS) looks.set(look, (known ?? 0) + 1);
}

function addPrevalent(found: Set<string>, looks: ReadonlyMap<string, number>, all: number): void {
  for (const [look, times] of looks) if (times >= PURE * all) found.add(look);
}

function note(sums: Sums, value: number): void {
  sums.sum += value;
  sums.squares += value * value;
}

/** Analysis of variance between groups and within them. */
function variances(
  groups: readonly Tally[],
  sumsOf: (tally: Tally) => Sums,
): { explained: number; f: number; deviation: number; count: number } {
  let [members, sum, squares, within] = [0, 0, 0, 0];
  for (const group of groups) {
    const own = sumsOf(group);
    members += group.count;
    sum += own.sum;
    squares += own.squares;
    within += Math.max(0, own.squares - own.sum ** 2 / group.count);
  }
  const total = Math.max(0, squares - sum ** 2 / members);
  const rest = Math.max(1, members - groups.length);
  const between = Math.max(0, total - within) / Math.max(1, groups.length - 1);
  return {
    explained: total > 0 ? 1 - within / total : 0,
    f: between / Math.max(within / rest, 1e-9),
    deviation: Math.sqrt(total / Math.max(1, members)),
    count: members,
  };
}
