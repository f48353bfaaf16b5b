import { saneMs } from '../../../compare/severity.ts';
import type { AskedAgain } from '../../../compare/outcome.ts';
import { milliseconds } from '../../../text/times.ts';
import { type EndpointEvidence, EndpointPart } from '../../evidence/endpoint.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { Tally, type TallyEntry } from '../../evidence/tally.ts';
import { type TimeLimit, time, timeLimit } from '../../explain/cells.ts';
import type { SignalRow } from '../../report.ts';
import { type TableInput, WORTH_REPORTING } from '../signal.ts';

const MAX_ENDPOINTS = 3;

const endpointPart = new EndpointPart(() => ({
  /** Instances of slower and of very slow responses. */
  timings: null as Tally | null,
}));

/** Keeps both times of the first such response, and whose request it was. */
export function noteTiming(
  endpoint: EndpointEvidence,
  kind: 'slower' | 'slow',
  { running, testing }: AskedAgain,
  requestId: string,
): void {
  const own = endpointPart.of(endpoint);
  own.timings ??= new Tally();
  const [ours, theirs] = [milliseconds(saneMs(running.ms)), milliseconds(saneMs(testing.ms))];
  own.timings.add({ kind, path: '', running: ours, testing: theirs }, requestId);
}

/** An instance of a slower or very slow response. */
export function timingOf(
  endpoint: EndpointEvidence,
  kind: 'slower' | 'slow',
): TallyEntry | undefined {
  return endpointPart
    .seen(endpoint)
    .timings?.entries()
    .find((one) => one.kind === kind);
}

/** The endpoints with the largest values that are worth reporting. */
export function worstEndpoints(
  { endpoints }: Evidence,
  valueOf: (endpoint: EndpointEvidence) => number,
): readonly EndpointEvidence[] {
  return [...endpoints.all()]
    .filter((endpoint) => valueOf(endpoint) >= WORTH_REPORTING)
    .sort((left, right) => valueOf(right) - valueOf(left))
    .slice(0, MAX_ENDPOINTS);
}

/** Pairs are judged one by one; the figures of both sides may still be worth a look. */
export function timeRow(
  { measured: { running, testing }, stateOf }: TableInput,
  code: string,
  [name, figure]: readonly [name: string, figure: 'p50Ms' | 'p95Ms'],
  limit: TimeLimit,
): SignalRow {
  const [ours, theirs] = [running[figure], testing[figure]];
  const isOver = (theirs ?? 0) > limit.factor * (ours ?? 0) + limit.slackMs;
  const state = stateOf(code);
  return {
    code,
    name,
    running: time(ours),
    testing: time(theirs),
    limit: timeLimit(limit),
    state: state === 'ok' && isOver ? 'watch' : state,
  };
}
