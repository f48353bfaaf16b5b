import { createHash } from 'node:crypto';
import type { FailureKind } from '../../model/exchange.ts';
import type { FlatHeaders } from '../../model/headers.ts';
import { decodeBody } from '../content/decode.ts';
import type { Mask } from '../mask/mask.ts';
import { hashOf } from '../mask/multipart.ts';
import type { Difference } from '../outcome.ts';

const ID_DIGITS = 8;
const DECODE_LIMIT_BYTES = 1_048_576;

/** Why a pair was kept: what it exemplifies. */
export type SampleSignal = 'errors' | 'body-difference' | 'slow' | 'reported';

/** A pair to inspect and to replay, without secrets, stored in `samples/<id>.json`. */
export interface Sample {
  readonly schema: 'vili.sample/1';
  readonly id: string;
  readonly endpoint: string;
  readonly signal: SampleSignal;
  /** What the pair shows: the first of `differences` (`type $.price`) or the statuses. */
  readonly key: string;
  readonly requestId: string;
  /** When the user's request arrived, ISO 8601. */
  readonly at: string;
  readonly request: SampleRequest;
  readonly running: SampleResponse;
  readonly testing: SampleResponse;
  /** Running's second response, where there is one. */
  readonly again: SampleResponse | null;
  readonly differences: readonly Difference[];
  /** What both versions logged around that time; absent until read, at most 5 s later. */
  readonly logs?: SampleLogs;
}

export interface SampleLogs {
  readonly running: SampleLines;
  readonly testing: SampleLines;
}

/** Lines of one log, in its order. */
export interface SampleLines {
  readonly lines: readonly SampleLogLine[];
  /** The number of lines of that time that are not shown. */
  readonly more: number;
}

export interface SampleLogLine {
  /** When the line was read, ISO 8601, which is shortly after it was written. */
  readonly at: string;
  /** The level as Vili classified it: `error`, `unknown`, … */
  readonly level: string;
  /** Masked and cut. */
  readonly text: string;
}

export interface SampleRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Flat: `name, value, name, value`. */
  readonly headers: readonly string[];
  readonly body: SampleBody | null;
}

export interface SampleResponse {
  readonly status: number;
  readonly failure: FailureKind | 'unsendable' | null;
  readonly ms: number;
  readonly headers: readonly string[];
  readonly body: SampleBody | null;
}

/** A body as kept, with content encodings removed. */
export interface SampleBody {
  /** Length as sent. */
  readonly bytes: number;
  /** The kept part. Empty when it was not kept. */
  readonly text: string;
  /** The text is base64: only in samples of earlier versions of Vili. */
  readonly base64: boolean;
  /** Only the beginning was kept. */
  readonly cut: boolean;
  /** Something was removed, so the body is not what was sent. */
  readonly masked: boolean;
  /** In place of a body that was left out because it cannot be searched for secrets. */
  readonly hash?: string;
}

/** A sample to be written to its file. */
export interface SampleCopy {
  readonly id: string;
  readonly endpoint: string;
  readonly signal: SampleSignal;
  readonly key: string;
  readonly atMs: number;
  readonly requestId: string;
  /** Masked, without the query. */
  readonly path: string;
  /** How long running took, ms. */
  readonly runningMs: number;
  /** The `Sample` as JSON. */
  readonly text: string;
}

/** A short id that is unlikely to occur twice in one test. */
export function sampleId(requestId: string, atMs: number, endpoint: string): string {
  const hash = createHash('sha1').update(`${requestId}\n${atMs}\n${endpoint}`).digest('hex');
  return hash.slice(0, ID_DIGITS);
}

/** At most `maxBytes` of the body, masked; of a body that cannot be searched only size and hash are kept. */
export function sampleBody(
  mask: Mask,
  headers: FlatHeaders,
  body: { readonly bytes: Buffer | null; readonly length: number },
  maxBytes: number,
): SampleBody | null {
  const { bytes, length } = body;
  if (length === 0) return null;
  const omitted = { bytes: length, text: '', base64: false, cut: true, masked: false };
  if (bytes === null) return omitted;
  const decoded = decodeBody(headers, bytes, DECODE_LIMIT_BYTES);
  if (decoded === null) return { ...omitted, masked: true, hash: hashOf(bytes) };
  const masked = maskedOrNull(mask, headers, decoded, maxBytes);
  if (masked === null) return { ...omitted, masked: true, hash: hashOf(decoded) };
  const kept = masked.text.slice(0, maxBytes);
  const cut = masked.cut === true || kept.length < masked.text.length;
  return { ...omitted, masked: masked.masked, text: kept, cut };
}

// Private

function maskedOrNull(mask: Mask, headers: FlatHeaders, bytes: Buffer, kept: number) {
  try {
    return mask.body(headers, bytes, kept);
  } catch {
    // The document is nested too deep to be serialized again.
    return null;
  }
}
