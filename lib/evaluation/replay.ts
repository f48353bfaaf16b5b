import { blockingKinds } from '../compare/findings.ts';
import { MASKED } from '../compare/json/parse.ts';
import { differenceKey } from '../compare/noise/noise.ts';
import type { Difference, PairOutcome } from '../compare/outcome.ts';
import type { Sample, SampleBody } from '../compare/sample/sample.ts';
import { compareSeverity } from '../compare/severity.ts';
import { type CopyRequest, createCopyRequest, limitsOf } from '../mirror/request/copy-request.ts';
import { Requester, type ShadowResponse } from '../mirror/request/requester.ts';
import type { MirrorSettings } from '../mirror/settings.ts';
import { createPairComparer, type PairComparer } from '../mirror/worker/compare-pair.ts';
import { ByteBudget } from '../model/byte-budget.ts';
import type { Exchange, FailureKind, Target } from '../model/exchange.ts';
import type { HeaderEdit } from '../model/traffic-rules.ts';

const SWEEP_MS = 50;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface ReplayOptions {
  /** Running and testing are asked now and compared; `running`: only it, against its old answer. */
  readonly to: 'testing' | 'running';
  readonly running: Target | null;
  readonly testing: Target | null;
  readonly settings: MirrorSettings;
  /** In place of what was masked. */
  readonly headers: readonly HeaderEdit[];
  readonly signal: AbortSignal;
}

/** What became of one sample sent again. */
export interface Replayed {
  readonly id: string;
  readonly endpoint: string;
  readonly request: string;
  /** `same`; `differs` in a way that counts; `worse` status; `skipped`: it could not be sent. */
  readonly outcome: 'same' | 'differs' | 'worse' | 'skipped';
  /** In words: what was answered, or why it was not sent. */
  readonly text: string;
  readonly differences: readonly Difference[];
}

/**
 * Sends samples again, one after the other, and compares as a test does, noise of running taken out.
 * What changes something is never sent to running. Stops early when the signal is aborted.
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
    comparer: createPairComparer({ ...settings.compare, rules: rulesWithMasks(settings) }),
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
  const exchange = first === null ? asked : { ...asked, ...answerIn(first) };
  const baseline = fresh ? await ask(replay, 'running', asked) : null;
  const testing = await ask(replay, options.to, asked);
  const outcome = comparer.compare({ exchange, endpoint, testing, baseline });
  const { differences, differs } =
    options.to === 'testing' ? outcome : await withoutNoise(replay, asked, testing, outcome);
  const isWorse = compareSeverity(outcome.running, outcome.testing) > 0;
  const before = options.to === 'testing' ? 'running' : 'running before';
  const text =
    `${options.to} ${wordOf(outcome.testing)} in ${Math.round(testing.ms)} ms, ` +
    `${before} ${wordOf(outcome.running)} in ${Math.round(outcome.running.ms)} ms`;
  return { ...about, outcome: isWorse ? 'worse' : differs ? 'differs' : 'same', text, differences };
}

/** Running is asked once more: where it differs from itself, its old answer tells nothing. */
async function withoutNoise(
  replay: Replay,
  asked: Exchange,
  first: ShadowResponse,
  { endpoint, differences }: PairOutcome,
): Promise<Pick<PairOutcome, 'differences' | 'differs'>> {
  const exchange = { ...asked, ...answerIn(first) };
  const testing = await ask(replay, 'running', asked);
  const noise = replay.comparer.compare({ exchange, endpoint, testing, baseline: null });
  const keys = new Set(noise.differences.map(({ kind, path }) => differenceKey(kind, path)));
  const rest = differences.filter(({ kind, path }) => !keys.has(differenceKey(kind, path)));
  const counts = blockingKinds(replay.options.settings.compare);
  return { differences: rest, differs: rest.some(({ kind }) => counts(kind)) };
}

/** Why it cannot be sent as it was; null when it can. */
function problemOf({ request: { body, path } }: Sample): string | null {
  if (path.includes(MASKED)) return 'a parameter of it was masked';
  if (body === null) return null;
  if (body.masked) return 'part of its body was masked';
  return body.cut ? 'its body was not kept whole' : null;
}

function ask(
  replay: Replay,
  side: 'running' | 'testing',
  asked: Exchange,
): Promise<ShadowResponse> {
  const mark = side === 'running' ? 'control' : 'test';
  const request = replay.requestOf(asked, mark);
  const { settings } = replay.options;
  const limits = limitsOf(settings, asked, new ByteBudget(settings.queueBytes));
  return new Promise((resolve) => replay[side].send(request, limits, resolve));
}

/** The user's request with the answer that running gave then. */
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
    // Bodies are kept with their encoding taken off.
    responseHeaders: without(running.headers, 'content-encoding'),
    responseBody: bytes ?? Buffer.alloc(0),
    responseBytes: bytes?.length ?? 0,
    responseDigest: null,
    runningMs: running.ms,
  };
}

function answerIn(answer: ShadowResponse): Partial<Exchange> {
  const { status, headers, bytes, length, digest, ms } = answer;
  return {
    status,
    failure: knownFailure(answer.failure),
    responseHeaders: headers,
    responseBody: bytes,
    responseBytes: length,
    responseDigest: digest,
    runningMs: ms,
  };
}

function headersOf(headers: readonly string[], edits: readonly HeaderEdit[]): string[] {
  const edited = new Set(edits.map(({ name }) => name.toLowerCase()));
  const result: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = [headers[index], headers[index + 1]];
    // What was masked is left out: sent as it stands it would mean something else.
    if (value !== MASKED && !edited.has(name.toLowerCase())) result.push(name, value);
  }
  for (const { name, value } of edits) if (value !== null) result.push(name, value);
  return result;
}

function without(headers: readonly string[], name: string): string[] {
  return headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== name);
}

function bytesOf(body: SampleBody | null): Buffer | null {
  return body === null ? null : Buffer.from(body.text, body.base64 ? 'base64' : 'utf8');
}

/** What was masked in an old answer cannot be compared. */
function rulesWithMasks({ compare }: MirrorSettings): MirrorSettings['compare']['rules'] {
  const masked = compare.mask.paths.map(
    (path) => ({ endpoint: null, path, action: 'ignore' }) as const,
  );
  return [...compare.rules, ...masked];
}

function knownFailure(failure: ShadowResponse['failure']): FailureKind | null {
  return failure === 'unsendable' ? 'malformed' : failure;
}

function wordOf({ status, failure }: { status: number; failure: FailureKind | null }): string {
  return failure === null ? `answered ${status}` : `gave no answer (${failure})`;
}
