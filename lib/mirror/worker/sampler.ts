import { blockingKinds } from '../../compare/findings.ts';
import { createMask, type Mask } from '../../compare/mask/mask.ts';
import { withoutSecret } from '../../compare/mask/secret.ts';
import { differenceKey } from '../../compare/noise/noise.ts';
import type { AskedAgain, PairOutcome } from '../../compare/outcome.ts';
import {
  createSampleChoice,
  type SampleChoice,
  type SampleSettings,
} from '../../compare/sample/choice.ts';
import {
  type Sample,
  type SampleCopy,
  type SampleResponse,
  type SampleSignal,
  sampleBody,
  sampleId,
} from '../../compare/sample/sample.ts';
import type { CompareSettings } from '../../compare/settings.ts';
import { compareSeverity } from '../../compare/severity.ts';
import { wallTimeOf } from '../../runtime/clock.ts';
import type { CompletedPair } from './compare-pair.ts';

/** Slow samples are taken once the test is warm. */
const WARM_PAIRS = 50;
/** Slower than this is worth keeping; the verdict has stricter criteria of its own. */
const SLOWER_FACTOR = 1.25;
const SLOWER_MS = 2;

interface Finding {
  readonly signal: SampleSignal;
  readonly key: string;
}

type Shown = Omit<SampleResponse, 'body'> & Parameters<typeof sampleBody>[2];

/** Keeps a few pairs that show what is wrong, masked, on their way to disk. */
export class Sampler {
  readonly #maxBodyBytes: number;
  readonly #mask: Mask;
  readonly #token: string;
  readonly #choice: SampleChoice;
  readonly #blocks: ReturnType<typeof blockingKinds>;
  #waiting: SampleCopy[] = [];
  #pairs = 0;

  /** `token`: Vili's own, which a service may echo. */
  constructor(settings: SampleSettings, compare: CompareSettings, token: string) {
    this.#token = token;
    this.#maxBodyBytes = settings.maxBodyBytes;
    this.#mask = createMask(compare.mask);
    this.#choice = createSampleChoice(settings, compare.maxEndpoints);
    this.#blocks = blockingKinds(compare);
  }

  /** Keeps the pair if it shows something of which there are not enough samples yet. */
  consider(pair: CompletedPair, outcome: PairOutcome): void {
    this.#pairs++;
    const found = this.#classify(outcome);
    if (found === null) return;
    const { endpoint, atMs, requestId, baseline } = outcome;
    const { ms: runningMs } = timesOf(outcome).running;
    const { signal, key } = found;
    const isDoubtful = signal === 'body-difference' && baseline === null;
    if (!this.#choice.wants(endpoint, signal, key, isDoubtful)) return;
    const sample = this.#sampleOf(pair, outcome, found);
    const text = withoutSecret(`${JSON.stringify(sample, null, 1)}\n`, this.#token);
    this.#choice.kept(endpoint, signal, key, text.length);
    const [path = ''] = sample.request.path.split('?', 1);
    const { id } = sample;
    this.#waiting.push({ id, endpoint, signal, key, atMs, requestId, path, runningMs, text });
  }

  take(): readonly SampleCopy[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  // Private

  #classify(outcome: PairOutcome): Finding | null {
    const { running, testing, differences, differs, baseline } = outcome;
    if (compareSeverity(running, testing) > 0) {
      const sides = [running, testing].map(({ failure, status }) => failure ?? status);
      return { signal: 'errors', key: sides.join(' > ') };
    }
    const [first] = differences;
    if (differs && baseline?.differs !== true && first !== undefined) {
      return { signal: 'body-difference', key: differenceKey(first.kind, first.path) };
    }
    const times = timesOf(outcome);
    const isSlower = times.testing.ms > SLOWER_FACTOR * times.running.ms + SLOWER_MS;
    const isTimed = testing.failure === null && running.failure === null;
    if (this.#pairs > WARM_PAIRS && isSlower && isTimed) return { signal: 'slow', key: 'slow' };
    // Without a baseline it may be noise that is not known yet.
    if (first === undefined || baseline === null || this.#blocks(first.kind)) return null;
    return { signal: 'reported', key: differenceKey(first.kind, first.path) };
  }

  #sampleOf(
    { exchange, testing, baseline }: CompletedPair,
    { requestId, atMs, endpoint, differences }: PairOutcome,
    found: Finding,
  ): Sample {
    const mask = this.#mask;
    const { method, path, headers, body, status, failure } = exchange;
    const shown = (of: Shown): SampleResponse => ({
      status: of.status,
      failure: of.failure,
      ms: Math.round(of.ms * 100) / 100,
      headers: mask.headers(of.headers),
      body: sampleBody(mask, of.headers, of, this.#maxBodyBytes),
    });
    const running: Shown = {
      status,
      failure,
      ms: exchange.runningMs,
      headers: exchange.responseHeaders,
      bytes: exchange.responseBody,
      length: exchange.responseBytes,
    };
    const sent = { bytes: body, length: body?.length ?? 0 };
    return {
      schema: 'vili.sample/1',
      id: sampleId(requestId, atMs, endpoint),
      endpoint,
      ...found,
      requestId,
      at: new Date(wallTimeOf(atMs)).toISOString(),
      request: {
        method,
        path: mask.target(path).text,
        headers: mask.headers(headers),
        body: sampleBody(mask, headers, sent, this.#maxBodyBytes),
      },
      running: shown(running),
      testing: shown(testing),
      again: baseline === null ? null : shown(baseline),
      differences,
    };
  }
}

// Private

/** Second times are like and like; first ones are taken in two places. */
function timesOf({ running, testing, again }: PairOutcome): AskedAgain {
  return typeof again === 'object' && again !== null ? again : { running, testing };
}
