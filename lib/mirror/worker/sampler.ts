import { blockingKinds } from '../../compare/findings.ts';
import { createMask, type Mask } from '../../compare/mask/mask.ts';
import { differenceKey } from '../../compare/noise/noise.ts';
import type { PairOutcome } from '../../compare/outcome.ts';
import { createSampleChoice, type SampleSettings } from '../../compare/sample/choice.ts';
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
import type { CompletedPair } from './compare-pair.ts';

/** Slow samples are taken once the test is warm. */
const WARM_PAIRS = 50;
/** Slower than this is worth a look; the verdict has its own, stricter words for it. */
const SLOWER_FACTOR = 1.25;
const SLOWER_MS = 2;

/** Keeps a few pairs that show what is wrong, masked, on their way to disk. */
export interface Sampler {
  look(pair: CompletedPair, outcome: PairOutcome): void;
  take(): readonly SampleCopy[];
}

export function createSampler(settings: SampleSettings, compare: CompareSettings): Sampler {
  const mask = createMask(compare.mask);
  const choice = createSampleChoice(settings, compare.maxEndpoints);
  const counts = blockingKinds(compare);
  let waiting: SampleCopy[] = [];
  let pairs = 0;

  const classify = (outcome: PairOutcome): { signal: SampleSignal; key: string } | null => {
    const { running, testing, differences, differs, baseline } = outcome;
    if (compareSeverity(running, testing) > 0) {
      const said = [running, testing].map((answer) => answer.failure ?? answer.status);
      return { signal: 'errors', key: said.join(' > ') };
    }
    const [first] = differences;
    if (differs && baseline?.differs !== true && first !== undefined) {
      return { signal: 'body-difference', key: differenceKey(first.kind, first.path) };
    }
    const isSlower = testing.ms > SLOWER_FACTOR * running.ms + SLOWER_MS;
    if (pairs > WARM_PAIRS && isSlower && testing.failure === null && running.failure === null) {
      return { signal: 'slow', key: 'slow' };
    }
    // Without a second answer of running it may be noise that is not known yet.
    if (first === undefined || baseline === null || counts(first.kind)) return null;
    return { signal: 'reported', key: differenceKey(first.kind, first.path) };
  };

  return {
    look(pair, outcome) {
      pairs++;
      const found = classify(outcome);
      const { endpoint } = outcome;
      if (found === null) return;
      const isDoubtful = found.signal === 'body-difference' && outcome.baseline === null;
      if (!choice.wants(endpoint, found.signal, found.key, isDoubtful)) return;
      const sample = sampleOf(pair, outcome, found, mask, settings.maxBodyBytes);
      const { id, signal, key } = sample;
      const text = `${JSON.stringify(sample, null, 1)}\n`;
      choice.kept(endpoint, signal, key, text.length);
      const { atMs, requestId, running, testing } = outcome;
      const [path = ''] = sample.request.path.split('?', 1);
      const times = { runningMs: running.ms, testingMs: testing.ms };
      waiting.push({ id, endpoint, signal, key, atMs, requestId, path, ...times, text });
    },
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
  };
}

// Private

function sampleOf(
  { exchange, testing, baseline }: CompletedPair,
  { requestId, atMs, endpoint, differences }: PairOutcome,
  found: { readonly signal: SampleSignal; readonly key: string },
  mask: Mask,
  maxBodyBytes: number,
): Sample {
  const { method, path, headers, body } = exchange;
  const answer = (of: Answered): SampleResponse => ({
    status: of.status,
    failure: of.failure,
    ms: Math.round(of.ms * 100) / 100,
    headers: mask.headers(of.headers),
    body: sampleBody(mask, of.headers, of, maxBodyBytes),
  });
  const running: Answered = {
    status: exchange.status,
    failure: exchange.failure,
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
    at: new Date(atMs).toISOString(),
    request: {
      method,
      path: mask.target(path).text,
      headers: mask.headers(headers),
      body: sampleBody(mask, headers, sent, maxBodyBytes),
    },
    running: answer(running),
    testing: answer(testing),
    again: baseline === null ? null : answer(baseline),
    differences,
  };
}

interface Answered {
  readonly status: number;
  readonly failure: SampleResponse['failure'];
  readonly ms: number;
  readonly headers: readonly string[];
  readonly bytes: Buffer | null;
  readonly length: number;
}
