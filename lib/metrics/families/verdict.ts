import type { MetricFacts, VerdictFacts } from '../facts.ts';
import { byName, type Metric, single, stateSet } from '../metric.ts';

const DECISIONS = ['collecting', 'promote', 'reject', 'inconclusive'];
const STATES = ['ok', 'watch', 'FAIL', '-'];
const JUDGED = 'of the version under test, or of the one on probation; absent while none is judged';

/** What is thought of the version under test. */
export const VERDICT: readonly Metric[] = [
  {
    name: 'vili_verdict_decision',
    type: 'gauge',
    help: 'What the evidence allows, 1 for the present decision; all 0 while no version is judged',
    labels: { decision: DECISIONS.map((one) => `\`${one}\``).join(', ') },
    read: (facts) => stateSet('decision', DECISIONS, verdictOf(facts)?.decision ?? null),
  },
  {
    name: 'vili_verdict_progress_ratio',
    type: 'gauge',
    help: `The share of the evidence that a promotion needs, ${JUDGED}`,
    read: (facts) => single(verdictOf(facts)?.progress ?? null),
  },
  {
    name: 'vili_verdict_pairs',
    type: 'gauge',
    help: `Compared requests, ${JUDGED}`,
    read: (facts) => single(verdictOf(facts)?.pairs ?? null),
  },
  {
    name: 'vili_verdict_elapsed_seconds',
    type: 'gauge',
    help: `For how long it has been observed, ${JUDGED}`,
    read: (facts) => secondsOf(verdictOf(facts)?.elapsedMs),
  },
  {
    name: 'vili_verdict_odds',
    type: 'gauge',
    help: `The odds, to 1, that it is worse, ${JUDGED}`,
    read: ({ evaluation }) => single(evaluation?.oddsWorse ?? null),
  },
  {
    name: 'vili_verdict_odds_needed',
    type: 'gauge',
    help: 'The odds, to 1, that reject a version; absent while none is judged',
    read: ({ evaluation }) => single(evaluation?.oddsNeeded ?? null),
  },
  {
    name: 'vili_signal_odds',
    type: 'gauge',
    help: 'What a signal adds to vili_verdict_odds',
    labels: { signal: 'the code of the reason that the signal gives, such as `errors`' },
    read: ({ evaluation }) => byName('signal', evaluation?.bySignal ?? {}),
  },
  {
    name: 'vili_signal_state',
    type: 'gauge',
    help: 'The table of signals of vili status, 1 for the present state of a row',
    labels: {
      signal: 'the name of the row',
      state:
        '`ok`; `watch`: seen, not decided; `FAIL`: rejects, or would; `-`: nothing to judge yet',
    },
    read: (facts) =>
      (verdictOf(facts)?.signals ?? []).flatMap(({ name, state }) =>
        stateSet('state', STATES, state).map(([labels, value]) => [
          { signal: name, ...labels },
          value,
        ]),
      ),
  },
  {
    name: 'vili_verdict_reasons',
    type: 'gauge',
    help: 'Reasons of the verdict, as vili why gives them',
    labels: { code: 'the stable code of the reason' },
    read: (facts) => byName('code', countsOf(verdictOf(facts)?.reasons ?? [])),
  },
];

// Private

function verdictOf({ status }: MetricFacts): VerdictFacts | null {
  return status.verdict ?? status.probation?.evidence ?? null;
}

function secondsOf(ms: number | undefined) {
  return single(ms === undefined ? null : ms / 1000);
}

function countsOf(reasons: readonly { readonly code: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of reasons) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
