import type { Decision } from '../../verdict/report.ts';
import type { Counts } from '../../verdict/sharing/counts.ts';

export const EVIDENCE_SCHEMA = 'vili.fleet-evidence/1';
/** Of one record, packed. */
export const MAX_RECORD_BYTES = 4096;
/** The times of marks are exchanged in units of so many ms. */
export const MARK_UNIT_MS = 100;
export const MAX_NAME = 160;
export const MAX_ENDPOINTS = 500;
export const MAX_OBJECTIONS = 10;

/** What did not fit into a record: clean endpoints first, then those that the host has cleared. */
export interface Cut {
  readonly endpoints: number;
  readonly pairs: number;
  /** Endpoints among them with one pair, and those with something that still speaks against testing. */
  readonly once: number;
  readonly suspicious: number;
}

/** What one host knows of one version: all of it since its test began, so that a lost or repeated record does no harm. */
export interface HostEvidence {
  readonly host: string;
  readonly version: string;
  /** By the clock of the host. */
  readonly writtenAtMs: number;
  /** What the host alone decides, at `localVetoOdds`. */
  readonly decision: Decision;
  readonly counts: Counts;
  readonly cut: Cut;
}

/** The same as plain JSON: lists of numbers, since it goes to all other hosts every few seconds. */
export interface EvidenceRecord {
  readonly schema: typeof EVIDENCE_SCHEMA;
  readonly host: string;
  readonly version: string;
  readonly writtenAtMs: number;
  readonly decision: Decision;
  readonly elapsedMs: number;
  readonly lastPairAtMs: number;
  readonly odds: number;
  /** In the order of `TOTAL_COUNTS`, without the zeros at the end. */
  readonly totals: readonly number[];
  readonly pace: readonly number[];
  readonly step: number;
  /** Each: start, misses, hits, surprise. */
  readonly burst: readonly (readonly number[])[];
  readonly latency: readonly (readonly number[])[];
  /** In the order of `MARKED`: the time since the one before and one more, below 0 where testing did better. */
  readonly marks: readonly (readonly number[])[];
  /** Each: name, rank, and the numbers in the order of `ENDPOINT_COUNTS`. */
  readonly endpoints: readonly (readonly (string | number)[])[];
  readonly cut: readonly number[];
  readonly objections: readonly string[];
  readonly hasSubstance: boolean;
}
