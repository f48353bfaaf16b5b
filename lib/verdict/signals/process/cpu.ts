import { percent } from '../../../text/numbers.ts';
import { milliseconds } from '../../../text/times.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { time } from '../../explain/cells.ts';
import { ChangeMixture, latencyAlternatives } from '../../math/change-mixture.ts';
import type { SignalRow } from '../../report.ts';
import type { Signal, TableInput } from '../signal.ts';
import { type Block, merged } from './blocks.ts';
import { curveOf, judgedBlocks } from './curve.ts';

const CODE = 'cpu';
const BUDGET = { cpu: 0.002 };
/** Testing may use so many times running's processor time... */
const FACTOR = 3;
/** ...and this share of one processor more, and some time for a collection of garbage or code that is compiled. */
const SLACK = 0.02;
const SLACK_MS = 75;
const NULL_RATE = 0.5;
/** Blocks in one step of the evidence for a rejection. */
const STEP_BLOCKS = 4;
/** The latest blocks decide whether the promotion waits: most of them, and few again to let it go. */
const RECENT = { most: 12, least: 5 };
const HOLD_SHARE = 2 / 3;
const RELEASE_SHARE = 1 / 3;

const totalsPart = new TotalsPart(() => ({
  cpu: new ChangeMixture(latencyAlternatives),
  cpuUse: { held: 0, steps: 0 },
}));

/**
 * Processor time. Running serves every user and testing only copies, so testing's whole time is held against
 * running's whole time: what running does for requests that are not copied can only speak for testing.
 */
export const cpu: Signal = {
  codes: [CODE],
  isLocal: true,
  budget: BUDGET,
  isSpeed: true,
  against,
  criterion: {
    kind: 'objection',
    isMet: ({ evidence, isAccepted }) =>
      totalsPart.of(evidence).cpuUse.held === 0 || isAccepted(CODE),
    progress: () => 0,
    missing: (context) => [
      `less processor time: testing uses ${timesOf(recentOf(context)).toFixed(1)} times running's`,
    ],
  },
  findings: (context) => {
    if (totalsPart.of(context.evidence).cpuUse.held === 0) return [];
    const blocks = recentOf(context);
    const { running, testing, spanMs } = merged(blocks);
    const each = blocks.map((block) => timesOf([block]).toFixed(1)).join(', ');
    const text =
      `testing used ${timesOf(blocks).toFixed(1)} times running's processor time ` +
      `(${percent(testing.cpuMs / Math.max(1, spanMs))} of one processor against ` +
      `${percent(running.cpuMs / Math.max(1, spanMs))}, ${perRequest(testing)} a request against ` +
      `${perRequest(running)}), block by block ${each} times; up to ${FACTOR} times is allowed`;
    const limits = { observed: timesOf(blocks), limit: FACTOR, samples: [], accept: CODE };
    const reason = { code: CODE, endpoint: null, text, ...limits };
    return [{ reason, strength: against(context.evidence) }];
  },
  rows: (input) => row(input),
};

/** Another block of the curves is there. */
export function observeCpu(context: DecisionContext): void {
  const { evidence, settings } = context;
  // What a version does for requests that are never copied would be held against it.
  if (settings.isReversed) return;
  const { cpu: mixture, cpuUse } = totalsPart.of(evidence);
  const blocks = judgedBlocks(evidence, settings);
  const recent = blocks.slice(-RECENT.most);
  const hits = recent.filter(isHit).length / Math.max(1, recent.length);
  if (recent.length >= RECENT.least && hits >= HOLD_SHARE) cpuUse.held = 1;
  else if (hits <= RELEASE_SHARE) cpuUse.held = 0;
  if (++cpuUse.steps % STEP_BLOCKS !== 0 || blocks.length < STEP_BLOCKS) return;
  mixture.update(isHit(merged(blocks.slice(-STEP_BLOCKS))), NULL_RATE);
}

// Private

/** Testing, which serves no more than running, takes clearly more; where it does serve more, in proportion. */
function isHit({ running, testing, spanMs }: Block): boolean {
  if (testing.requests === 0 || running.requests === 0) return false;
  const share = Math.max(1, testing.requests / running.requests);
  return testing.cpuMs > FACTOR * share * running.cpuMs + SLACK * spanMs + SLACK_MS;
}

function against(evidence: Evidence): number {
  return BUDGET.cpu * totalsPart.of(evidence).cpu.value;
}

function recentOf({ evidence, settings }: DecisionContext): readonly Block[] {
  return judgedBlocks(evidence, settings).slice(-RECENT.most);
}

function timesOf(blocks: readonly Block[]): number {
  const { running, testing } = merged(blocks);
  // The kernel counts in steps of 10 ms.
  return testing.cpuMs / Math.max(10, running.cpuMs);
}

function perRequest({ cpuMs, requests }: Block['running']): string {
  return requests === 0 ? '-' : milliseconds(cpuMs / requests);
}

function row({ context: { evidence }, stateOf }: TableInput): readonly SignalRow[] {
  const { latest, list } = curveOf(evidence);
  if (latest === null) return [];
  const { running, testing } = merged(list);
  const cell = ({ cpuMs, requests }: Block['running']): string =>
    time(requests === 0 ? null : cpuMs / requests);
  return [
    {
      code: CODE,
      name: 'cpu / request',
      running: cell(running),
      testing: cell(testing),
      limit: `x${FACTOR} in all`,
      state: stateOf(CODE),
    },
  ];
}
