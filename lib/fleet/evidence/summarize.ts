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
import {
  EVIDENCE_SCHEMA,
  type EvidenceRecord,
  MARK_UNIT_MS,
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
 * What a host tells the others about its test: plain JSON of at most `MAX_RECORD_BYTES`. Endpoints that do not fit are left
 * out, those without anything against testing first, and `cut` says how many; older marks go before endpoints do.
 */
export function summarizeEvidence(what: Summarized): EvidenceRecord {
  const { counts } = what;
  let lengths = Number.MAX_SAFE_INTEGER;
  let marks = marksOf(counts, lengths);
  let record = withoutEndpoints(what, marks);
  while (bytesOf(record) > MAX_RECORD_BYTES - ENDPOINT_BYTES && lengths > 0) {
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
  const rows: (string | number)[][] = [];
  const cut = { endpoints: 0, pairs: 0, once: 0, suspicious: 0 };
  let left = MAX_RECORD_BYTES - bytesOf(record);
  const ordered = endpoints
    .filter(({ counts }) => counts.pairs + counts.aside + counts.historyAnswers > 0)
    .map((one) => ({ ...one, weight: weightOf(one) }))
    .sort(
      (left, right) =>
        right.weight - left.weight ||
        right.counts.pairs - left.counts.pairs ||
        right.counts.historyAnswers - left.counts.historyAnswers,
    );
  for (const { name, rank, counts, weight } of ordered) {
    const row = [name, rank, ...trimmed(ENDPOINT_COUNTS.map((count) => counts[count]))];
    const size = bytesOf(row) + 1;
    if (size <= left && name.length <= MAX_NAME && !CONTROL.test(name)) {
      rows.push(row);
      left -= size;
      continue;
    }
    if (counts.pairs + counts.aside === 0) continue;
    cut.endpoints++;
    cut.pairs += counts.pairs;
    if (counts.pairs === 1) cut.once++;
    if (weight > 0) cut.suspicious++;
  }
  return {
    ...record,
    endpoints: rows,
    cut: trimmed([cut.endpoints, cut.pairs, cut.once, cut.suspicious]),
  };
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

function bytesOf(data: unknown): number {
  return Buffer.byteLength(JSON.stringify(data));
}
