import { isDeniedStatus } from '../../../compare/severity.ts';
import type { Exchange } from '../../../model/exchange.ts';
import type { ShadowResponse } from '../../request/requester.ts';
import { isRevalidation } from '../../request/conditions.ts';
import type { Aside } from '../../state/client-state.ts';
import { credentialsOf } from '../../state/credentials.ts';
import type { CompletedPair } from '../compare-pair.ts';

const COOKIE = 'cookie';

/**
 * The pair as it is judged in a probation: the copy went to previous, which is what running is compared with, so both
 * change places here, and nothing that follows knows of it.
 */
export function exchanged(pair: CompletedPair): CompletedPair {
  const { exchange, testing: previous, baseline, testingAgain = null } = pair;
  const isNotModified = isRevalidation(exchange);
  return {
    ...pair,
    exchange: asResponseOfRunning(exchange, previous),
    // The copy went without the condition: only running's second response has the content.
    testing: isNotModified ? (baseline ?? previous) : responseOf(exchange),
    baseline: isNotModified ? null : testingAgain,
    testingAgain: isNotModified ? null : baseline,
    aside: pair.aside ?? sessionBefore(pair),
  };
}

// Private

function asResponseOfRunning(exchange: Exchange, response: ShadowResponse): Exchange {
  const { status, failure, headers, bytes, length, digest, ms } = response;
  return {
    ...exchange,
    status,
    failure: failure === 'unsendable' ? null : failure,
    responseHeaders: headers,
    responseBody: bytes,
    responseBytes: length,
    responseDigest: digest,
    runningMs: ms,
  };
}

function responseOf(exchange: Exchange): ShadowResponse {
  const { status, failure, responseHeaders, responseBody, responseBytes, responseDigest } =
    exchange;
  const isEmpty = responseBody === null && responseBytes === 0;
  return {
    status,
    failure,
    ms: exchange.runningMs,
    headers: responseHeaders,
    bytes: isEmpty ? Buffer.alloc(0) : responseBody,
    length: responseBytes,
    digest: responseDigest,
    cut: false,
    extraBytes: 0,
  };
}

/**
 * A process that began with the promotion knows no session that another one kept in its own memory, nor does previous
 * know those that began since: that one of them denies such a client says nothing of its version.
 */
function sessionBefore({ exchange, testing: previous }: CompletedPair): Aside | null {
  if (exchange.failure !== null || previous.failure !== null) return null;
  const credentials = credentialsOf(exchange.headers);
  if (credentials.length === 0) return null;
  const [mine, theirs] = [exchange.status, previous.status];
  const isUnknownThere = isDeniedStatus(theirs) && !isDeniedStatus(mine);
  const hasCookie = credentials.some(({ kind }) => kind.startsWith(COOKIE));
  const isUnknownHere = hasCookie && isTurnedAway(mine) && !isTurnedAway(theirs);
  if (!isUnknownThere && !isUnknownHere) return null;
  const what = credentials[0]?.kind ?? '';
  return {
    setAside: 'own-session',
    ownState: { what, by: '', isCopied: false, isByRule: false },
  };
}

/** Denied, or sent to a page where one logs in. */
function isTurnedAway(status: number): boolean {
  return isDeniedStatus(status) || (status >= 300 && status < 400 && status !== 304);
}
