import { blockingKinds } from '../compare/findings.ts';
import { decodeBody } from '../compare/content/decode.ts';
import { MASKED } from '../compare/json/parse.ts';
import { createMask, type Mask } from '../compare/mask/mask.ts';
import { differenceKey } from '../compare/noise/noise.ts';
import type { Difference, PairOutcome } from '../compare/outcome.ts';
import type { Sample, SampleBody } from '../compare/sample/sample.ts';
import { compareSeverity } from '../compare/severity.ts';
import { type CopyRequest, createCopyRequest, limitsOf } from '../mirror/request/copy-request.ts';
import { Requester, type ShadowResponse } from '../mirror/request/requester.ts';
import type { MirrorSettings } from '../mirror/settings.ts';
import { PairComparer } from '../mirror/worker/compare-pair.ts';
import { ByteBudget } from '../model/byte-budget.ts';
import type { Exchange, FailureKind, Target } from '../model/exchange.ts';
import { pairsOf } from '../model/headers.ts';
import type { HeaderEdit } from '../model/traffic-rules.ts';
import { milliseconds } from '../text/times.ts';

const SWEEP_MS = 50;
const MAX_DECODED_BYTES = 1_048_576;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface ReplayOptions {
  /** `testing`: compares both versions now; `running`: compares running with its old response. */
  readonly to: 'testing' | 'running';
  readonly running: Target | null;
  readonly testing: Target | null;
  readonly settings: MirrorSettings;
  /** Replace headers that were masked. */
  readonly headers: readonly HeaderEdit[];
  readonly signal: AbortSignal;
}

/** The result of one replayed sample. */
export interface Replayed {
  readonly id: string;
  readonly endpoint: string;
  readonly request: string;
  /** `same`; `differs` in a way that counts; `worse` status; `skipped`: it could not be sent. */
  readonly outcome: 'same' | 'differs' | 'worse' | 'skipped';
  /** The responses in words, or why the request was not sent. */
  readonly text: string;
  readonly differences: readonly Difference[];
}

/**
 * Replays samples one after the other and compares as a test does, without running's noise. A
 * request that changes something is never sent to running. Stops early when the signal is aborted.
 */
export async function replaySamples(
  samples: readonly Sample[],
  options: ReplayOptions,
  onDone: (replayed: Replayed) => void,
): Promise<void> {
  const { settings } = options;
  const { timeoutMs: connectTimeoutMs, maxHeadBytes } = settings;
  const limits = { connectTimeoutMs, maxHeadBytes, maxIdleConnections: 1 };
  const now = () => performance.now();
  const replay: Replay = {
    options,
    running: new Requester(options.running, limits, now),
    testing: new Requester(options.testing, limits, now),
    requestOf: createCopyRequest(settings),
    comparer: new PairComparer(settings.compare),
    mask: createMask(settings.compare.mask),
  };
  const timer = setInterval(() => {
    replay.running.sweep();
    replay.testing.sweep();
  }, SWEEP_MS);
  try {
    for (const sample of samples) {
      if (options.signal.aborted) return;
      onDone(await replayOne(replay, sample));
    }
  } finally {
    clearInterval(timer);
    replay.running.close();
    replay.testing.close();
  }
}

// Private

interface Replay {
  readonly options: ReplayOptions;
  readonly running: Requester;
  readonly testing: Requester;
  readonly requestOf: CopyRequest;
  readonly comparer: PairComparer;
  readonly mask: Mask;
}

async function replayOne(replay: Replay, sample: Sample): Promise<Replayed> {
  const { options, comparer } = replay;
  const { id, endpoint, request } = sample;
  const about = { id, endpoint, request: `${request.method} ${request.path}` };
  const isSafe = SAFE.has(request.method);
  const problem =
    problemOf(sample) ??
    (options.to === 'running' && !isSafe ? `${request.method} is not sent to running again` : null);
  if (problem !== null) return { ...about, outcome: 'skipped', text: problem, differences: [] };
  const { kept, leftOut } = headersOf(request.headers, options.headers);
  const asked = exchangeOf(sample, kept);
  const fresh = options.to === 'testing' && isSafe;
  const first = fresh ? await ask(replay, 'running', asked) : null;
  const exchange = first === null ? asked : { ...asked, ...responseIn(first) };
  const baseline = fresh ? await ask(replay, 'running', asked) : null;
  const received = await ask(replay, options.to, asked);
  const testing = first === null ? asKept(replay.mask, received, sample.running.body) : received;
  const outcome = comparer.compare({ exchange, endpoint, testing, baseline });
  const { differences, differs } =
    options.to === 'testing' ? outcome : await withoutNoise(replay, asked, received, outcome);
  const isWorse = compareSeverity(outcome.running, outcome.testing) > 0;
  const before = options.to === 'testing' ? 'running' : 'running before';
  const text =
    `${options.to} ${wordOf(outcome.testing)} in ${milliseconds(testing.ms)}, ` +
    `${before} ${wordOf(outcome.running)} in ${milliseconds(outcome.running.ms)}` +
    (leftOut.length === 0 ? '' : `; sent without what was masked: ${leftOut.join(', ')}`);
  return { ...about, outcome: isWorse ? 'worse' : differs ? 'differs' : 'same', text, differences };
}

/** Sends to running once more: where it differs from itself, a difference means nothing. */
async function withoutNoise(
  replay: Replay,
  asked: Exchange,
  first: ShadowResponse,
  { endpoint, differences }: PairOutcome,
): Promise<Pick<PairOutcome, 'differences' | 'differs'>> {
  const exchange = { ...asked, ...responseIn(first) };
  const testing = await ask(replay, 'running', asked);
  const noise = replay.comparer.compare({ exchange, endpoint, testing, baseline: null });
  const keys = new Set(noise.differences.map(({ kind, path }) => differenceKey(kind, path)));
  const rest = differences.filter(({ kind, path }) => !keys.has(differenceKey(kind, path)));
  const counts = blockingKinds(replay.options.settings.compare);
  return { differences: rest, differs: rest.some(({ kind }) => counts(kind)) };
}

/** Why the request cannot be replayed; null when it can. */
function problemOf({ request: { body, path } }: Sample): string | null {
  const [before = ''] = path.split('?', 1);
  if (before.includes(MASKED)) return 'part of its path was masked';
  if (path.includes(MASKED)) return 'a parameter of it was masked';
  if (body === null) return null;
  if (body.hash !== undefined) return 'its body was not kept: it cannot be searched for secrets';
  if (body.masked) return 'part of its body was masked';
  return body.cut ? 'its body was not kept whole' : null;
}

function ask(replay: Replay, side: ReplayOptions['to'], asked: Exchange): Promise<ShadowResponse> {
  const { settings } = replay.options;
  const request = replay.requestOf(asked, side === 'running' ? 'control' : 'test');
  const limits = limitsOf(settings, asked, new ByteBudget(settings.queueBytes));
  return new Promise((resolve) => replay[side].send(request, limits, resolve));
}

/** The user's request with running's response at that time. */
function exchangeOf(sample: Sample, headers: readonly string[]): Exchange {
  const { request, running, requestId, at } = sample;
  const bytes = isWhole(running.body) ? bytesOf(running.body) : null;
  return {
    requestId,
    method: request.method,
    path: request.path,
    operation: '',
    endpoint: sample.endpoint,
    headers,
    body: bytesOf(request.body),
    atMs: Date.parse(at),
    status: running.status,
    failure: knownFailure(running.failure),
    // Bodies are kept with their encoding removed.
    responseHeaders: pairsOf(running.headers)
      .filter(([name]) => name.toLowerCase() !== 'content-encoding')
      .flat(),
    responseBody: isWhole(running.body) ? (bytes ?? Buffer.alloc(0)) : null,
    responseBytes: bytes?.length ?? 0,
    responseDigest: null,
    runningMs: running.ms,
  };
}

function responseIn(response: ShadowResponse): Partial<Exchange> {
  const { status, headers, bytes, length, digest, ms } = response;
  return {
    status,
    failure: knownFailure(response.failure),
    responseHeaders: headers,
    responseBody: bytes,
    responseBytes: length,
    responseDigest: digest,
    runningMs: ms,
  };
}

/** The headers to send, and the names of those whose value is unknown. */
function headersOf(
  headers: readonly string[],
  edits: readonly HeaderEdit[],
): { readonly kept: readonly string[]; readonly leftOut: readonly string[] } {
  const edited = new Set(edits.map(({ name }) => name.toLowerCase()));
  const others = pairsOf(headers).filter(([name]) => !edited.has(name.toLowerCase()));
  // A masked value is left out, since the server would take the mask literally.
  const isMasked = ([, value]: readonly [string, string]): boolean => value.includes(MASKED);
  const added = edits.flatMap(({ name, value }) => (value === null ? [] : [name, value]));
  return {
    kept: [...others.filter((one) => !isMasked(one)).flat(), ...added],
    leftOut: others.filter(isMasked).map(([name]) => name),
  };
}

/** False for a response of which nothing or only the beginning is known. */
function isWhole(body: SampleBody | null): boolean {
  return body === null || !body.cut;
}

/**
 * A response to be compared with one that was kept: masked as that was, since what is masked cannot be
 * compared; without its body when that was not kept whole.
 */
function asKept(mask: Mask, response: ShadowResponse, old: SampleBody | null): ShadowResponse {
  const { bytes } = response;
  const headers = pairsOf(mask.headers(response.headers))
    .filter(([name]) => name.toLowerCase() !== 'content-encoding')
    .flat();
  const unknown = { ...response, headers, bytes: null, length: 0, digest: null, cut: false };
  if (!isWhole(old)) return unknown;
  const unsearched = { ...unknown, length: response.length };
  if (bytes === null) return unsearched;
  const decoded = decodeBody(response.headers, bytes, MAX_DECODED_BYTES);
  const masked = decoded === null ? null : mask.body(response.headers, decoded, decoded.length);
  if (masked === null) return unsearched;
  const shown = Buffer.from(masked.text);
  return { ...response, headers, bytes: shown, length: shown.length };
}

function bytesOf(body: SampleBody | null): Buffer | null {
  return body === null ? null : Buffer.from(body.text, body.base64 ? 'base64' : 'utf8');
}

function knownFailure(failure: ShadowResponse['failure']): FailureKind | null {
  return failure === 'unsendable' ? 'malformed' : failure;
}

function wordOf({ status, failure }: { status: number; failure: FailureKind | null }): string {
  return failure === null ? `responded ${status}` : `did not respond (${failure})`;
}
