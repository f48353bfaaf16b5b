import { judgeLike } from '../../compare/like.ts';
import type { PairOutcome } from '../../compare/outcome.ts';
import type { Exchange, Target } from '../../model/exchange.ts';
import { newSpanId } from '../../model/span/context.ts';
import type { CopyOutcome, CopySpan } from '../../model/span/copy.ts';
import type { SpanIds } from '../../model/span/span.ts';
import { steadyNow } from '../../runtime/clock.ts';
import type { ShadowResponse } from './requester.ts';

/** Of one report, which has a span for each outcome at most. */
const SPANS_MAX = 1000;

/** The span of a copy that is under way: `atMs` is when it was sent, to `target`. */
export interface SentSpan extends SpanIds {
  readonly atMs: number;
  readonly target: Target;
}

/** The span that the copy begins now, below that of its exchange; null where that one has none. */
export function beginSpan({ trace }: Exchange, target: Target | null): SentSpan | null {
  if (trace === undefined || target === null) return null;
  const [traceId = '', parentId = ''] = trace.split('-');
  return { traceId, spanId: newSpanId(), parentId, atMs: steadyNow(), target };
}

/** The spans of copies that were responded to, or not, since the last report. */
export class CopySpans {
  #spans: CopySpan[] = [];

  /** `isReversed`: it went to previous, and the outcome is that of running by comparison. */
  add(
    { traceId, spanId, parentId, atMs, target }: SentSpan,
    { requestId, method, path, endpoint }: Exchange,
    { ms, status, failure }: ShadowResponse,
    outcome: PairOutcome,
    isReversed: boolean,
  ): void {
    if (failure === 'unsendable' || this.#spans.length >= SPANS_MAX) return;
    const { instance, host, port, tls } = target;
    this.#spans.push({
      traceId,
      spanId,
      parentId,
      requestId,
      method,
      path,
      endpoint,
      atMs,
      ms,
      status,
      failure,
      instance,
      host,
      port,
      scheme: tls === undefined ? 'http' : 'https',
      role: isReversed ? 'previous' : 'testing',
      outcome: outcomeOf(outcome),
      differences: outcome.differences.length,
    });
  }

  take(): readonly CopySpan[] {
    const taken = this.#spans;
    if (taken.length > 0) this.#spans = [];
    return taken;
  }
}

// Private

/** As the verdict judges the pair; differences of a kind that blocks count where nothing else does. */
function outcomeOf(outcome: PairOutcome): CopyOutcome {
  const { differs, deniedAgain, setAside = null } = outcome;
  if (setAside !== null) return 'set-aside';
  const finding = judgeLike(outcome, deniedAgain !== false);
  switch (finding) {
    case 'moved-on':
      return 'set-aside';
    case 'doubt-worse':
    case 'doubt-better':
      return 'doubtful';
    case 'same':
      return differs ? 'differs' : 'same';
    default:
      return finding;
  }
}
