import type { Decision } from '../../verdict/report.ts';
import {
  type Counts,
  ENDPOINT_COUNTS,
  type EndpointCounts,
  MARKED,
  TOTAL_COUNTS,
} from '../../verdict/sharing/counts.ts';
import type { Mark } from '../../verdict/sharing/marks.ts';
import type { Block } from '../../verdict/sharing/timeline.ts';
import { packRecord } from './pack.ts';
import {
  EVIDENCE_SCHEMA,
  type EvidenceRecord,
  MARK_UNIT_MS,
  MAX_ENDPOINTS,
  MAX_NAME,
  MAX_OBJECTIONS,
  MAX_RECORD_BYTES,
} from './record.ts';

/** Of a record, what is left for endpoints at least. */
const ENDPOINT_BYTES = 1400;
/** JSON has no infinity, and more odds make no difference. */
const MAX_ODDS = 1e12;
const CONTROL = /\p{Cc}/u;

export interface Summarized {
  readonly host: string;
  readonly version: string;
  /** By the clock of the host. */
  readonly nowMs: number;
  /** What the host alone decides, at `localVetoOdds`. */
  readonly decision: Decision;
  readonly counts: Counts;
}

/**
 * What a host tells the others about its test: packed at most `MAX_RECORD_BYTES`. Endpoints that do not fit are left
 * out: first those without anything against testing, then those that this host has cleared. `cut` says how many, and older
 * marks go before endpoints do.
 */
export function summarizeEvidence(what: Summarized): EvidenceRecord {
  const { counts } = what;
  let lengths = Number.MAX_SAFE_INTEGER;
  let marks = marksOf(counts, lengths);
  let record = withoutEndpoints(what, marks);
  while (packRecord(record).length > MAX_RECORD_BYTES - ENDPOINT_BYTES && lengths > 0) {
    const longest = Math.max(...marks.map((list) => list.length));
    lengths = Math.floor(Math.min(lengths, longest) / 2);
    marks = marksOf(counts, lengths);
    record = withoutEndpoints(what, marks);
  }
  return withEndpoints(record, counts.endpoints);
}

// Private

function withoutEndpoints(
  { host, version, nowMs, decision, counts }: Summarized,
  marks: readonly (readonly number[])[],
): EvidenceRecord {
  const { means } = counts;
  return {
    schema: EVIDENCE_SCHEMA,
    host,
    version,
    writtenAtMs: Math.round(nowMs),
    decision,
    elapsedMs: Math.round(counts.elapsedMs),
    lastPairAtMs: Math.round(counts.lastPairAtMs),
    odds: Number(Math.min(MAX_ODDS, counts.oddsWorse).toPrecision(4)),
    totals: trimmed(TOTAL_COUNTS.map((name) => counts.totals[name])),
    pace: [means.paced, rounded(means.recentPace), rounded(means.usualPace)],
    step: counts.step,
    burst: counts.burst.map(written),
    latency: counts.latency.map(written),
    marks,
    endpoints: [],
    cut: [9999, 999_999_999, 9999, 9999],
    objections: counts.objections.slice(0, MAX_OBJECTIONS),
    hasSubstance: counts.hasSubstance,
  };
}

function withEndpoints(
  record: EvidenceRecord,
  endpoints: readonly EndpointCounts[],
): EvidenceRecord {
  const known = endpoints.filter(
    ({ counts }) => counts.pairs + counts.aside + counts.historyAnswers > 0,
  );
  const weighed = known.map((one) => ({ ...one, weight: weightOf(one), isOpen: isOpen(one) }));
  const ordered = weighed
    .filter(({ name }) => name.length <= MAX_NAME && !CONTROL.test(name))
    .sort(
      (left, right) =>
        Number(right.isOpen) - Number(left.isOpen) ||
        right.weight - left.weight ||
        right.counts.pairs - left.counts.pairs ||
        right.counts.historyAnswers - left.counts.historyAnswers,
    )
    .slice(0, MAX_ENDPOINTS);
  const rows = ordered.map(({ name, rank, counts }) => [
    name,
    rank,
    ...trimmed(ENDPOINT_COUNTS.map((count) => counts[count])),
  ]);
  const withFirst = (count: number): EvidenceRecord => {
    const told = new Set<object>(ordered.slice(0, count));
    const cut = cutOf(weighed.filter((one) => !told.has(one)));
    return { ...record, endpoints: rows.slice(0, count), cut };
  };
  return withFirst(
    mostThatFit(rows.length, (count) => packRecord(withFirst(count)).length <= MAX_RECORD_BYTES),
  );
}

/** In the order of `Cut`. */
function cutOf(left: readonly (EndpointCounts & { readonly isOpen: boolean })[]) {
  const compared = left.filter(({ counts }) => counts.pairs + counts.aside > 0);
  const pairs = compared.reduce((sum, { counts }) => sum + counts.pairs, 0);
  const once = compared.filter(({ counts }) => counts.pairs === 1);
  const suspicious = compared.filter((one) => one.isOpen);
  return trimmed([compared.length, pairs, once.length, suspicious.length]);
}

/** The largest number up to `all` that fits: usually all, else by halves. */
function mostThatFit(all: number, fits: (count: number) => boolean): number {
  if (fits(all)) return all;
  let least = 0;
  let most = all;
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle;
  }
  return least;
}

/** How much speaks against testing there. */
function weightOf({ counts }: EndpointCounts): number {
  const { worse, doubtful, letIn, shapeWorse, uncontrolledDiffers, slowTesting } = counts;
  const slower = Math.max(0, counts.slower - counts.timed / 2);
  const unread = counts.bodiesUnread + counts.movedOn;
  return (
    worse + doubtful + letIn + shapeWorse + uncontrolledDiffers + slowTesting + slower + unread
  );
}

/**
 * Whether the sum of all hosts may need it. Worse responses that good ones have outweighed on each host are outweighed in
 * their sum, too; what no good response outweighs may be too little on each host and enough in the sum.
 */
function isOpen({ counts, isHeld = false }: EndpointCounts): boolean {
  const { letIn, shapeWorse, uncontrolledDiffers, bodiesUnread, movedOn } = counts;
  return isHeld || letIn + shapeWorse + uncontrolledDiffers + bodiesUnread + movedOn > 0;
}

function marksOf({ marks }: Counts, most: number): readonly (readonly number[])[] {
  return MARKED.map((name) => marksWritten(marks[name].slice(-most || marks[name].length)));
}

function marksWritten(marks: readonly Mark[]): readonly number[] {
  let before = 0;
  return marks.map(({ atMs, isWorse }) => {
    const at = Math.max(before, Math.floor(atMs / MARK_UNIT_MS));
    const delta = at - before + 1;
    before = at;
    return isWorse ? delta : -delta;
  });
}

function written({ start, misses, hits, surprise }: Block): readonly number[] {
  return trimmed([start, misses, hits, surprise]);
}

/** Without zeros at the end; what is not whole is rounded down, which never speaks against testing. */
function trimmed(numbers: readonly number[]): readonly number[] {
  const list = numbers.map((one) => Math.floor(10 * one) / 10);
  while (list.at(-1) === 0) list.pop();
  return list;
}

function rounded(mean: number): number {
  return Math.round(1000 * mean) / 1000;
}
