import type { Site } from './address/site.ts';
import { type Body, compareBodies } from './bodies.ts';
import { createFindings, type Found } from './findings.ts';
import { compareHeaders } from './headers.ts';
import type { PlaceRules } from './json/difference.ts';
import { differenceKey } from './noise/noise.ts';
import type { Difference } from './outcome.ts';
import type { CompareSettings } from './settings.ts';
import { severityOfStatus } from './severity.ts';

/** One side's whole response. Status 0: there was none. */
export interface ResponseContent extends Body {
  /** Where the protocol has failures of its own: the status of HTTP with the same meaning. */
  readonly status: number;
  /** For people, what was sent in place of such a status. */
  readonly says?: string;
}

export interface Comparison extends Found {
  /** Both responses have the same severity, so that comparing headers and bodies makes sense. */
  readonly comparable: boolean;
}

/** What is known of the endpoint of a pair. */
export interface PairContext extends PlaceRules {
  readonly isNoise: (key: string) => boolean;
  readonly isMaskedHeader: (name: string) => boolean;
  /** What is costly to read is not read. */
  readonly isShallow?: boolean;
  /** Absent where nothing is known of the place. */
  readonly site?: Site;
}

/** Nothing is known of the endpoint. */
export const PLAIN: PairContext = {
  rules: null,
  isMasked: () => false,
  isNoise: () => false,
  isMaskedHeader: () => false,
  maskText: (text) => text,
  isNamedValue: () => false,
};

/**
 * Compares two responses to one request. A status of another severity is listed as a difference but
 * does not make `differs` true, since the verdict evaluates it separately.
 */
export function comparePair(
  settings: CompareSettings,
  method: string,
  running: ResponseContent,
  testing: ResponseContent,
  context: PairContext = PLAIN,
): Comparison {
  const { isNoise, rules } = context;
  const bothResponded = running.status !== 0 && testing.status !== 0;
  const comparable =
    bothResponded && severityOfStatus(running.status) === severityOfStatus(testing.status);
  if (!comparable) {
    const isSame = running.status === testing.status;
    const differences = isSame ? [] : [statusDifference(running, testing)];
    return { differences, differs: false, ignored: [], skipped: [], comparable };
  }
  if (running.status !== testing.status) {
    const key = differenceKey('status', 'status');
    if (isNoise(key))
      return { differences: [], differs: false, ignored: [key], skipped: [], comparable };
    const differs = settings.shape === 'block';
    const differences = [statusDifference(running, testing)];
    return { differences, differs, ignored: [], skipped: [], comparable };
  }
  const findings = createFindings(settings, isNoise);
  if (method !== 'HEAD')
    compareBodies(settings, running, testing, findings, context, {
      ...(context.site && { site: context.site }),
      isShallow: context.isShallow === true,
    });
  const shown = { isMasked: context.isMaskedHeader, maskText: context.maskText };
  for (const difference of compareHeaders(
    settings.headers,
    running,
    testing,
    context.site,
    shown,
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
    running: statusText(running),
    testing: statusText(testing),
  };
}

function statusText({ status, says }: ResponseContent): string {
  return says ?? (status === 0 ? 'no response' : String(status));
}
