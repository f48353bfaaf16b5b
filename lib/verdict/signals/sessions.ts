import type { PairOutcome } from '../../compare/outcome.ts';
import type { Reason } from '../../model/reason.ts';
import { percent, someOf } from '../../text/numbers.ts';
import type { DecisionContext } from '../decision/context.ts';
import { type EndpointEvidence, EndpointPart } from '../evidence/endpoint.ts';
import { type Evidence, TotalsPart } from '../evidence/evidence.ts';
import { Tally, type TallyEntry } from '../evidence/tally.ts';
import type { Blocker, Finding, Signal, TableInput } from './signal.ts';

const CODE = 'own-state';
/** Share of the requests that may be set aside before an operator has to know. */
const MAX_ASIDE_SHARE = 0.3;
/** An endpoint that was requested once says little of anything. */
const ONLY_SO = 2;
const MAX_CAUSES = 3;
const MAX_ENDPOINTS = 3;
const BETWEEN = '\n';
/** Where no cause is known. */
const UNTOLD = 'carry or read what only running knows';

const endpointPart = new EndpointPart(() => ({
  /** Pairs that were set aside, without those that a rule sets aside. */
  aside: 0,
  asideByRule: 0,
}));
const totalsPart = new TotalsPart(() => ({
  aside: 0,
  asideByRule: 0,
  asideUnlearned: 0,
  asideCauses: null as Tally | null,
}));

const onlySo: Blocker = {
  code: 11,
  blocks: (context, endpoint) => isOnlySo(endpoint) && !context.isAccepted(CODE),
  words: () => 'was requested only with what only running knows, so it was never compared',
  excess: () => 2,
};

/**
 * Requests that carry what only running can know, its sessions or what it was told to write: evidence for neither
 * version. Where they are many, or all that is known of an endpoint, an operator has to accept that.
 */
export const sessions: Signal = {
  codes: [CODE],
  observeAside: observe,
  criterion: {
    kind: 'objection',
    isMet: (context) => asideShare(context.evidence) <= MAX_ASIDE_SHARE || context.isAccepted(CODE),
    progress: ({ evidence }) => MAX_ASIDE_SHARE / asideShare(evidence),
    missing: ({ evidence }) => [
      `a rule for, or that you accept, what is not judged: ${percent(asideShare(evidence))} of the ` +
        `requests (at most ${percent(MAX_ASIDE_SHARE)})`,
    ],
  },
  blockers: [onlySo],
  findings,
  atPromotion: ({ evidence }) => {
    const { aside, asideByRule } = totalsPart.of(evidence);
    const share = (aside + asideByRule) / Math.max(1, requests(evidence));
    if (aside + asideByRule === 0) return null;
    const why = causesText(evidence);
    return {
      ...blank(),
      text: `${percent(share)} of the requests were not judged${why === '' ? '' : `: ${why}`}.`,
      observed: share,
      limit: MAX_ASIDE_SHARE,
    };
  },
  rows: ({ context: { evidence }, stateOf }: TableInput) => {
    const { aside, asideByRule } = totalsPart.of(evidence);
    if (aside + asideByRule === 0) return [];
    const share = percent((aside + asideByRule) / Math.max(1, requests(evidence)));
    const limit = percent(MAX_ASIDE_SHARE);
    const shown = stateOf(CODE);
    const state = shown === 'FAIL' ? ('watch' as const) : shown;
    return [{ code: CODE, name: 'not judged', running: '-', testing: share, limit, state }];
  },
};

/** Whether a rule, or an operator, says of the endpoint that testing need not know what its requests carry or read. */
export function isAsideByWill(context: DecisionContext, endpoint: EndpointEvidence): boolean {
  const { aside, asideByRule } = endpointPart.seen(endpoint);
  return asideByRule > 0 || (aside > 0 && context.isAccepted(CODE));
}

// Private

function observe(
  { evidence }: DecisionContext,
  endpoint: EndpointEvidence,
  { setAside, ownState = null, requestId }: PairOutcome,
): void {
  const totals = totalsPart.of(evidence);
  if (setAside === 'unlearned') totals.asideUnlearned++;
  if (ownState === null) return;
  const count = ownState.isByRule ? 'asideByRule' : 'aside';
  totals[count]++;
  endpointPart.of(endpoint)[count]++;
  const { what, by, isCopied } = ownState;
  const cause = { kind: isCopied ? 'copied' : '', path: `${what}${BETWEEN}${by}` };
  (totals.asideCauses ??= new Tally()).add({ ...cause, running: what, testing: by }, requestId);
}

/** All that could have been compared. */
function requests(evidence: Evidence): number {
  const { aside, asideByRule, asideUnlearned } = totalsPart.of(evidence);
  return evidence.totals.pairs + aside + asideByRule + asideUnlearned;
}

function asideShare(evidence: Evidence): number {
  return totalsPart.of(evidence).aside / Math.max(1, requests(evidence));
}

function isOnlySo(endpoint: EndpointEvidence): boolean {
  return endpoint.counts.pairs === 0 && endpointPart.seen(endpoint).aside >= ONLY_SO;
}

function findings(context: DecisionContext): readonly Finding[] {
  const { evidence } = context;
  if (totalsPart.of(evidence).aside === 0 || context.isAccepted(CODE)) return [];
  const only = [...evidence.endpoints.all()].filter(isOnlySo);
  const share = asideShare(evidence);
  if (share <= MAX_ASIDE_SHARE && only.length === 0) return [];
  const names = someOf(
    only.map(({ name }) => name),
    MAX_ENDPOINTS,
  );
  const onlySeen = names.length === 0 ? '' : `. Never compared: ${names.join(', ')}`;
  const why = causesText(evidence) || UNTOLD;
  const text = `${percent(share)} of the requests ${why}${onlySeen}${advice(evidence)}`;
  const samples = causes(evidence)[0]?.samples ?? [];
  const reason = { ...blank(), text, observed: share, limit: MAX_ASIDE_SHARE, samples };
  return [{ reason: { ...reason, accept: CODE }, strength: 0 }];
}

/**
 * ``carry sessions that only running knows: cookie `sid`, set by `POST /login`, which was not copied``. Empty where no cause is
 * known: hosts tell each other counts only.
 */
function causesText(evidence: Evidence): string {
  const all = causes(evidence);
  const said: string[] = [];
  const ofSessions = all.filter(({ running }) => running !== '');
  const ofWrites = all.filter(({ running }) => running === '');
  if (ofSessions.length > 0) {
    said.push(`carry sessions that only running knows: ${ofSessions.map(setByWords).join('; ')}`);
  }
  const isCopied = ({ kind }: TallyEntry): boolean => kind === 'copied';
  const never = ofWrites.filter((one) => !isCopied(one)).map(({ testing }) => `\`${testing}\``);
  if (never.length > 0) {
    const verb = never.length > 1 ? 'were' : 'was';
    const which = `${never.join(', ')}, which ${verb} not copied`;
    said.push(`read what only running was told to write: ${which}`);
  }
  const before = ofWrites.filter(isCopied).map(({ testing }) => `\`${testing}\``);
  if (before.length > 0) {
    said.push(`read what running was told to write before it was copied: ${before.join(', ')}`);
  }
  return said.join(', or ');
}

function setByWords({ kind, running: what, testing: by }: TallyEntry): string {
  if (by === '') return kind === 'copied' ? `${what}, from before running was started anew` : what;
  return `${what}, set by \`${by}\`${kind === 'copied' ? '' : ', which was not copied'}`;
}

/** The rule that has these requests judged, where there is one. */
function advice(evidence: Evidence): string {
  const rules = causes(evidence)
    .filter(({ kind, testing }) => kind !== 'copied' && /^[A-Z]+ \/[^\s"]*$/.test(testing))
    .map(({ testing }) => `${testing} on`);
  const unique = [...new Set(rules)].join(', ');
  return unique === ''
    ? ''
    : `. To have them judged: mirror.rules="${unique}", then vili retest, from the next such request on`;
}

function causes(evidence: Evidence): readonly TallyEntry[] {
  return totalsPart.of(evidence).asideCauses?.entries().slice(0, MAX_CAUSES) ?? [];
}

function blank(): Pick<Reason, 'code' | 'endpoint' | 'samples'> {
  return { code: CODE, endpoint: null, samples: [] };
}
