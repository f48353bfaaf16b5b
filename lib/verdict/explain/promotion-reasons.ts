import { counted, grouped, percent } from '../../text/numbers.ts';
import { durationOf } from '../../text/times.ts';
import type { DecisionContext } from '../decision/context.ts';
import { balanceOf } from '../evidence/evidence.ts';
import { ruledOutMargin } from '../math/e-values.ts';
import type { Reason } from '../report.ts';
import { startupReason, warningsReason } from '../signals/logs.ts';
import { confidenceOf } from './wording.ts';

/** What a promotion has ruled out. */
export function promotionReasons(context: DecisionContext): readonly Reason[] {
  const { totals } = context.evidence;
  const reasons = [
    marginReason(context),
    latencyReason(context),
    slowReason(context),
    logReason(context),
    coverageReason(context),
  ];
  const startup = totals.startupErrors > 0 ? startupReason(context) : null;
  for (const told of [startup, warningsReason(context)]) {
    if (told !== null) reasons.push({ ...told, text: `${told.text}.` });
  }
  return reasons;
}

/** The end of a test that led nowhere: what is known, and what was asked for. */
export function deadlineReason(context: DecisionContext, elapsedMs: number): Reason {
  const { settings } = context;
  const known = ruledOutHere(context);
  return {
    code: 'deadline',
    endpoint: null,
    text:
      `inconclusive: no decision after ${durationOf(elapsedMs)} and ` +
      `${counted(context.evidence.totals.pairs, 'request')}: ${knownWords(context, known)}, ` +
      `${percent(settings.margin)} had to be ruled out.`,
    observed: known,
    limit: settings.margin,
    samples: [],
  };
}

// Private

export function ruledOutHere({ evidence: { totals }, parameters }: DecisionContext): number {
  const { alphaPromote, ratio } = parameters;
  return ruledOutMargin(...balanceOf(totals), alphaPromote, ratio);
}

function knownWords({ parameters }: DecisionContext, known: number): string {
  if (known >= 1) return 'nothing is known yet about how often testing fails';
  return (
    `with ${confidenceOf(parameters.alphaPromote)} testing fails at most ` +
    `${percent(known)} more often than running`
  );
}

function marginReason(context: DecisionContext): Reason {
  const { settings } = context;
  const { pairs, worse, better } = context.evidence.totals;
  const known = ruledOutHere(context);
  return {
    code: 'errors',
    endpoint: null,
    text:
      `${knownWords(context, known)}, allowed ${percent(settings.margin)} (of ` +
      `${counted(pairs, 'request')} it did worse in ${worse} and better in ${better}).`,
    observed: known,
    limit: settings.margin,
    samples: [],
  };
}

function latencyReason({ evidence: { totals }, parameters }: DecisionContext): Reason {
  const { slower, timed } = totals;
  return {
    code: 'latency',
    endpoint: null,
    text:
      `testing took over ${percent(parameters.latencyMargin)} and ${parameters.latencySlackMs} ms ` +
      `longer in ${grouped(slower)} of ${counted(timed, 'answer')}, allowed half.`,
    observed: slower / Math.max(1, timed),
    limit: 0.5,
    samples: [],
  };
}

function slowReason({ evidence: { totals }, parameters }: DecisionContext): Reason {
  const { slowTimed, slowTesting, slowRunning } = totals;
  const same = slowTimed - slowTesting - slowRunning;
  const { alphaPromote, ratio } = parameters;
  const known = ruledOutMargin(same, slowTesting, slowRunning, alphaPromote, ratio);
  return {
    code: 'slow',
    endpoint: null,
    text:
      `with ${confidenceOf(alphaPromote)} testing is very slow at most ` +
      `${percent(known)} more often, allowed ${percent(parameters.slowMargin)}.`,
    observed: known,
    limit: parameters.slowMargin,
    samples: [],
  };
}

function logReason({ evidence: { totals }, parameters }: DecisionContext): Reason {
  const { windowsSame, windowsNoisier, windowsQuieter } = totals;
  return {
    code: 'log-errors',
    endpoint: null,
    text:
      `of ${counted(windowsSame + windowsNoisier + windowsQuieter, 'log window')}, testing logged ` +
      `clearly more ERROR lines in ${windowsNoisier} and running in ${windowsQuieter}.`,
    observed: windowsNoisier,
    limit: parameters.logRatio * windowsQuieter,
    samples: [],
  };
}

function coverageReason({ evidence, parameters }: DecisionContext): Reason {
  const { totals, endpoints } = evidence;
  const unseen = totals.seenOnce / Math.max(1, totals.pairs);
  let tried = 0;
  for (const endpoint of endpoints.all()) if (endpoint.counts.pairs > 0) tried++;
  return {
    code: 'coverage',
    endpoint: null,
    text:
      `${counted(tried, 'endpoint')} tried; about ${percent(unseen)} of the mirrored traffic goes ` +
      `to others, allowed ${percent(parameters.maxUnseenShare)}.`,
    observed: unseen,
    limit: parameters.maxUnseenShare,
    samples: [],
  };
}
