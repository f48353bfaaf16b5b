import type { ResponseSummary } from '../../compare/outcome.ts';
import { counted } from '../../text/numbers.ts';
import type { DecisionContext } from '../decision/context.ts';
import { type EndpointEvidence, EndpointPart } from '../evidence/endpoint.ts';
import { TotalsPart } from '../evidence/evidence.ts';
import { isAsideByWill } from './sessions.ts';
import type { Signal } from './signal.ts';

/** The last word of endpoints that say whether a service is there, not whether it does its work. */
const SAYS_NOTHING =
  /(?:[/._-](?:status|statusz|ping|livez?|liveness|alive|readyz?|readiness|metrics|heartbeat|probe|monitor)|\/(?:up|info|version|check|stats|favicon\.ico|robots\.txt))$/i;
const LAST_WORD = /(?<!\w)\w+$/;
/** So many endpoints with a good response show more of a service than a probe that nobody lists. */
const ENOUGH_COMPARED = 3;
/** Good responses of running that make an endpoint one that users call. */
const MIN_GOOD = 2;
/** Share of running's good responses that went to endpoints which the test lacks. */
const MAX_LACKING_SHARE = 0.02;
const MAX_NAMED = 3;

const endpointPart = new EndpointPart(() => ({
  /** Responses of running that show content: a redirect or a refusal tells little of the service. */
  good: 0,
  /** The same in pairs. */
  compared: 0,
}));
const totalsPart = new TotalsPart(() => ({
  good: 0,
  /** Endpoints that say something about the service and were compared. */
  telling: 0,
}));

/**
 * Whether what was compared stands for the service: a version that fails on every real path passes any number
 * of probes. Meant for probes that `health.paths` does not list.
 */
export const substance: Signal = {
  codes: [],
  observe: ({ evidence }, endpoint, { outcome: { running } }) => {
    if (!isGood(running)) return;
    const part = endpointPart.of(endpoint);
    if (++part.compared === 1 && isTelling(endpoint)) totalsPart.of(evidence).telling++;
  },
  observeRunning: countGood,
  observeHistory: countGood,
  criterion: {
    kind: 'amount',
    isMet: (context) =>
      totalsPart.of(context.evidence).telling >= ENOUGH_COMPARED || lacking(context).length === 0,
    progress: ({ evidence }) => totalsPart.of(evidence).telling / ENOUGH_COMPARED,
    missing: (context) => {
      const names = lacking(context);
      if (names.length === 0) return [];
      const rest = names.length - MAX_NAMED;
      const more = rest > 0 ? ` and ${counted(rest, 'more endpoint')}` : '';
      const compared = comparedNames(context).slice(0, MAX_NAMED).join(', ');
      return [
        `pairs that say something about the service: ${compared || 'nothing that responds well'} was ` +
          `compared, but not ${names.slice(0, MAX_NAMED).join(', ')}${more}, which users call`,
      ];
    },
  },
};

// Private

function countGood(
  { evidence }: DecisionContext,
  endpoint: EndpointEvidence,
  response: ResponseSummary,
): void {
  if (!isGood(response)) return;
  endpointPart.of(endpoint).good++;
  totalsPart.of(evidence).good++;
}

function isGood({ status, failure }: ResponseSummary): boolean {
  return failure === null && ((status >= 200 && status < 300) || status === 304);
}

function isTelling({ name }: EndpointEvidence): boolean {
  const method = methodOf(name);
  return method !== 'HEAD' && method !== 'OPTIONS' && !saysNothing(pathOf(name));
}

function saysNothing(path: string): boolean {
  return SAYS_NOTHING.test(path) || /health/i.test(LAST_WORD.exec(path)?.[0] ?? '');
}

/**
 * The endpoints that users call and that the test lacks; none while what was compared stands for the service.
 * Where something telling was compared, only methods that are copied count, only in some number, and not what an
 * operator knows to be set aside.
 */
function lacking(context: DecisionContext): readonly string[] {
  const { good, telling } = totalsPart.of(context.evidence);
  const compared = comparedNames(context);
  if (compared.length === 0) return [];
  const methods = new Set(compared.map(methodOf));
  const paths = new Set(compared.map(pathOf));
  const found: EndpointEvidence[] = [];
  let lackingGood = 0;
  for (const endpoint of context.evidence.endpoints.all()) {
    const part = endpointPart.seen(endpoint);
    if (part.good < MIN_GOOD || part.compared > 0 || !isTelling(endpoint)) continue;
    if (telling > 0 && !methods.has(methodOf(endpoint.name))) continue;
    if (telling > 0 && isAsideByWill(context, endpoint)) continue;
    if (isAmong(paths, pathOf(endpoint.name))) continue;
    found.push(endpoint);
    lackingGood += part.good;
  }
  const isMinor = found.length < ENOUGH_COMPARED || lackingGood < MAX_LACKING_SHARE * good;
  if (telling > 0 && isMinor) return [];
  return found
    .toSorted((left, right) => endpointPart.seen(right).good - endpointPart.seen(left).good)
    .map(({ name }) => name);
}

/** Of all endpoints with pairs; those that say nothing are few, whatever users call. */
function comparedNames({ evidence }: DecisionContext): readonly string[] {
  const names: string[] = [];
  for (const { name, counts } of evidence.endpoints.all()) if (counts.pairs > 0) names.push(name);
  return names;
}

/** Endpoints are learned: what was a name of its own before may be a value of `{id}` by now. */
function isAmong(templates: ReadonlySet<string>, path: string): boolean {
  if (templates.has(path)) return true;
  const segments = path.split('/');
  for (const template of templates) {
    if (!template.includes('{')) continue;
    const parts = template.split('/');
    const fits = (part: string, index: number): boolean =>
      part === segments[index] || part.includes('{');
    if (parts.length === segments.length && parts.every(fits)) return true;
  }
  return false;
}

function methodOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(' ')));
}

/** Without what distinguishes the requests of one path. */
function pathOf(name: string): string {
  return name.slice(name.indexOf(' ') + 1).replace(/[?#].*/, '');
}
