import { blockingKinds } from '../compare/findings.ts';
import { MASKED } from '../compare/json/parse.ts';
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
  const limits = { connectTimeoutMs: settings.timeoutMs, maxIdleConnections: 1 };
  const now = () => performance.now();
  const replay: Replay = {
    options,
    running: new Requester(options.running, limits, now),
    testing: new Requester(options.testing, limits, now),
    requestOf: createCopyRequest(settings),
    comparer: new PairComparer({ ...settings.compare, rules: rulesWithMasks(settings) }),
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
  const asked = exchangeOf(sample, options.headers);
  const fresh = options.to === 'testing' && isSafe;
  const first = fresh ? await ask(replay, 'running', asked) : null;
  const exchange = first === null ? asked : { ...asked, ...responseIn(first) };
  const baseline = fresh ? await ask(replay, 'running', asked) : null;
  const testing = await ask(replay, options.to, asked);
  const outcome = comparer.compare({ exchange, endpoint, testing, baseline });
  const { differences, differs } =
    options.to === 'testing' ? outcome : await withoutNoise(replay, asked, testing, outcome);
  const isWorse = compareSeverity(outcome.running, outcome.testing) > 0;
  const before = options.to === 'testing' ? 'running' : 'running before';
  const text =
    `${options.to} ${wordOf(outcome.testing)} in ${milliseconds(testing.ms)}, ` +
    `${before} ${wordOf(outcome.running)} in ${milliseconds(outcome.running.ms)}`;
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
  if (path.includes(MASKED)) return 'a parameter of it was masked';
  if (body === null) return null;
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
function exchangeOf(sample: Sample, edits: readonly HeaderEdit[]): Exchange {
  const { request, running, requestId, at } = sample;
  const bytes = bytesOf(running.body);
  return {
    requestId,
    method: request.method,
    path: request.path,
    headers: headersOf(request.headers, edits),
    body: bytesOf(request.body),
    atMs: Date.parse(at),
    status: running.status,
    failure: knownFailure(running.failure),
    // Bodies are kept with their encoding removed.
    responseHeaders: pairsOf(running.headers)
      .filter(([name]) => name.toLowerCase() !== 'content-encoding')
      .flat(),
    responseBody: bytes ?? Buffer.alloc(0),
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

function headersOf(headers: readonly string[], edits: readonly HeaderEdit[]): string[] {
  const edited = new Set(edits.map(({ name }) => name.toLowerCase()));
  // A masked value is left out, since the server would take the mask literally.
  const kept = pairsOf(headers).filter(
    ([name, value]) => value !== MASKED && !edited.has(name.toLowerCase()),
  );
  const added = edits.flatMap(({ name, value }) => (value === null ? [] : [name, value]));
  return [...kept.flat(), ...added];
}

function bytesOf(body: SampleBody | null): Buffer | null {
  return body === null ? null : Buffer.from(body.text, body.base64 ? 'base64' : 'utf8');
}

/** Ignores places that are masked in an old response, which cannot be compared. */
function rulesWithMasks({ compare }: MirrorSettings): MirrorSettings['compare']['rules'] {
  const ignore = { endpoint: null, action: 'ignore' } as const;
  return [...compare.rules, ...compare.mask.paths.map((path) => ({ ...ignore, path }))];
}

function knownFailure(failure: ShadowResponse['failure']): FailureKind | null {
  return failure === 'unsendable' ? 'malformed' : failure;
}

function wordOf({ status, failure }: { status: number; failure: FailureKind | null }): string {
  return failure === null ? `responded ${status}` : `did not respond (${failure})`;
}
