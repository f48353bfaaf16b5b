import { type Body, compareBodies } from './bodies.ts';
import { createFindings, type Found } from './findings.ts';
import { compareHeaders } from './headers.ts';
import type { PlaceRules } from './json/difference.ts';
import { differenceKey } from './noise/noise.ts';
import type { Difference } from './outcome.ts';
import type { CompareSettings } from './settings.ts';
import { severityOfStatus } from './severity.ts';

/** One side's whole answer. `status` 0 means none came. */
export interface ResponseContent extends Body {
  readonly status: number;
}

export interface Comparison extends Found {
  /** Both answered with the same severity, so that headers and bodies mean something. */
  readonly comparable: boolean;
}

/** What else is known of the endpoint of a pair. */
export interface PairContext extends PlaceRules {
  readonly isNoise: (key: string) => boolean;
  readonly isMaskedHeader: (name: string) => boolean;
}

const PLAIN: PairContext = {
  rules: null,
  isMasked: () => false,
  isNoise: () => false,
  isMaskedHeader: () => false,
};

/**
 * Compares two answers to one request. A status of another severity is not a matter of bodies: it
 * is named, and judged by the verdict, but does not make `differs` true.
 */
export function comparePair(
  settings: CompareSettings,
  method: string,
  running: ResponseContent,
  testing: ResponseContent,
  context: PairContext = PLAIN,
): Comparison {
  const { isNoise, rules } = context;
  const bothAnswered = running.status !== 0 && testing.status !== 0;
  const comparable =
    bothAnswered && severityOfStatus(running.status) === severityOfStatus(testing.status);
  if (!comparable) {
    const isSame = running.status === testing.status;
    const differences = isSame ? [] : [statusDifference(running, testing)];
    return { differences, differs: false, ignored: [], skipped: [], comparable };
  }
  if (running.status !== testing.status) {
    const key = differenceKey('status', 'status');
    if (isNoise(key))
      return { differences: [], differs: false, ignored: [key], skipped: [], comparable };
    const differs = settings.shape === 'block' && !isRevalidation(running.status, testing.status);
    const differences = [statusDifference(running, testing)];
    return { differences, differs, ignored: [], skipped: [], comparable };
  }
  const findings = createFindings(settings, isNoise);
  if (method !== 'HEAD') compareBodies(settings, running, testing, findings, context);
  for (const difference of compareHeaders(
    settings.headers,
    running.headers,
    testing.headers,
    context.isMaskedHeader,
  )) {
    if (rules?.ignoresHeader(difference.path) === true) findings.skip(difference.path);
    else findings.add(difference);
  }
  return { ...findings.result(), comparable };
}

// Private

function statusDifference(running: ResponseContent, testing: ResponseContent): Difference {
  return {
    kind: 'status',
    path: 'status',
    running: statusText(running.status),
    testing: statusText(testing.status),
  };
}

function statusText(status: number): string {
  return status === 0 ? 'no answer' : String(status);
}

/**
 * A user who revalidates sends running's ETag or date, which a new version need not share: 200 for
 * 304 is then the right answer (RFC 9110, 13.2) and no difference that counts.
 */
function isRevalidation(running: number, testing: number): boolean {
  return (running === 304 && testing === 200) || (running === 200 && testing === 304);
}
