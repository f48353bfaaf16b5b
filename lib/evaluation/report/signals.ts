import { decimal, percent } from '../../text/numbers.ts';
import { milliseconds } from '../../text/times.ts';
import type { ReasonCode, VerdictReport } from '../../verdict/report.ts';
import {
  defaultVerdictParameters as parameters,
  type VerdictSettings,
} from '../../verdict/settings.ts';
import type { MeasuresView } from '../measures.ts';

/** `ok`; `watch`: seen, not decided; `FAIL`: rejects, or would; `-`: nothing to judge yet. */
export type SignalState = 'ok' | 'watch' | 'FAIL' | '-';

/** One line of the table: what both versions did and what is allowed. */
export interface Signal {
  readonly code: string;
  readonly name: string;
  readonly running: string;
  readonly testing: string;
  readonly limit: string;
  readonly state: SignalState;
}

const NONE = '-';

/** The table of `vili status` and `vili why`. */
export function signalsOf(
  verdict: VerdictReport,
  measures: MeasuresView,
  settings: Pick<VerdictSettings, 'margin' | 'shape' | 'values'>,
): readonly Signal[] {
  const { pairs, running, testing } = measures;
  const state = stateIn(verdict, pairs > 0);
  const shareOf = (count: number, of: number): string => (of === 0 ? NONE : percent(count / of));
  const margin = `+${percent(settings.margin)}`;
  const { baselines, testingDiffers, runningDiffers } = measures;
  const counts = settings.shape === 'block' || settings.values === 'block';
  const worse = (ours: number, theirs: number): SignalState =>
    theirs > ours ? state('errors', 'auth-bypass') : pairs > 0 ? 'ok' : '-';
  const perThousand = (lines: number): string =>
    pairs === 0 ? NONE : decimal((1000 * lines) / pairs);
  const row = (code: string, name: string, cells: readonly [string, string, string]) => {
    const [ours, theirs, limit] = cells;
    return { code, name, running: ours, testing: theirs, limit };
  };
  const { latencyMargin, latencySlackMs, slowFactor, slowSlackMs } = parameters;
  /** What is judged are the pairs, one by one; the sums of both may still be worth a look. */
  const timely = (code: ReasonCode, ours: number | null, theirs: number | null, limit: Limit) => {
    const judged = state(code);
    const isOver = (theirs ?? 0) > limit.factor * (ours ?? 0) + limit.slackMs;
    return judged === 'ok' && isOver ? 'watch' : judged;
  };
  const median = { factor: 1 + latencyMargin, slackMs: latencySlackMs };
  const tail = { factor: slowFactor, slackMs: slowSlackMs };
  return [
    {
      ...row('errors', '5xx, no answer', [
        shareOf(running.failed, pairs),
        shareOf(testing.failed, pairs),
        margin,
      ]),
      state: worse(running.failed, testing.failed),
    },
    {
      ...row('errors', '4xx', [
        shareOf(running.clientErrors, pairs),
        shareOf(testing.clientErrors, pairs),
        margin,
      ]),
      state: worse(running.clientErrors, testing.clientErrors),
    },
    {
      ...row('body-difference', 'answers differ', [
        shareOf(runningDiffers, baselines),
        shareOf(testingDiffers, baselines),
        counts ? 'as running' : 'told only',
      ]),
      state: baselines === 0 && state('body-difference') === 'ok' ? '-' : state('body-difference'),
    },
    {
      ...row('latency', 'time, median', [
        time(running.p50Ms),
        time(testing.p50Ms),
        limitText(median),
      ]),
      state: timely('latency', running.p50Ms, testing.p50Ms, median),
    },
    {
      ...row('slow', 'time, 95 %', [time(running.p95Ms), time(testing.p95Ms), limitText(tail)]),
      state: timely('slow', running.p95Ms, testing.p95Ms, tail),
    },
    {
      ...row('log-errors', 'log errors / 1k', [
        perThousand(running.errorLines),
        perThousand(testing.errorLines),
        `x${parameters.logRatio}`,
      ]),
      state: noisier(running.errorLines, testing.errorLines, state),
    },
  ];
}

// Private

function stateIn({ decision, condemned, reasons }: VerdictReport, hasPairs: boolean) {
  // What a promotion tells is no objection.
  const told = decision === 'promote' ? [] : reasons;
  const isFinal = decision === 'reject' || condemned;
  return (...codes: readonly ReasonCode[]): SignalState => {
    if (told.some((reason) => codes.includes(reason.code))) return isFinal ? 'FAIL' : 'watch';
    return hasPairs ? 'ok' : '-';
  };
}

/** Clearly more ERROR lines are worth a look before the verdict has made up its mind. */
function noisier(
  ours: number,
  theirs: number,
  state: (...codes: readonly ReasonCode[]) => SignalState,
): SignalState {
  const judged = state('log-errors', 'new-error-kind', 'startup-errors', 'log-format');
  return judged === 'ok' && theirs > parameters.logRatio * ours + 2 ? 'watch' : judged;
}

interface Limit {
  readonly factor: number;
  readonly slackMs: number;
}

function limitText({ factor, slackMs }: Limit): string {
  return `x${factor} +${slackMs} ms`;
}

function time(ms: number | null): string {
  return ms === null ? NONE : milliseconds(ms);
}
