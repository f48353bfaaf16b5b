import type { PairOutcome } from '../../../compare/outcome.ts';
import { severityOf } from '../../../compare/severity.ts';
import type { Reason } from '../../../model/reason.ts';
import { counted, grouped } from '../../../text/numbers.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type EndpointEvidence, EndpointPart } from '../../evidence/endpoint.ts';
import { TotalsPart } from '../../evidence/evidence.ts';
import { changeOf } from '../../explain/change.ts';
import type { Finding, ObservedPair, Signal } from '../signal.ts';
import { type ChangedField, ChangedFields, isSystematic } from './changed-fields.ts';

export const SYSTEMATIC_CODE = 'systematic-change';
const MAX_FINDINGS = 5;
const MAX_NAMED = 3;
const NEARLY_DONE = 0.99;

const endpointPart = new EndpointPart(() => ({
  valuesCompared: 0,
  valuesAsked: 0,
  changedValues: new ChangedFields(),
}));

const totalsPart = new TotalsPart(() => ({ changingEndpoints: 0 }));
const NOWHERE = { testing: false, running: false };

/** One field at all endpoints where it changed: people decide on a field once. */
interface Change {
  readonly path: string;
  readonly places: { readonly endpoint: EndpointEvidence; readonly field: ChangedField }[];
}

/**
 * A value that is another one in nearly all responses of an endpoint, where running's second response
 * is not: `$.price` became 0. Whether that is meant, only a person knows, so it holds the promotion
 * until it is accepted once. It never rejects by itself; with `compare.systematic=block` the pairs count
 * as those do whose shape differs (`content.ts`).
 */
export const systematic: Signal = {
  codes: [SYSTEMATIC_CODE],
  isLocal: true,
  shownBy: 'reported',
  observe,
  criterion: {
    kind: 'objection',
    isMet: (context) => !isHeld(context),
    // It waits for a person, not for more responses.
    progress: () => NEARLY_DONE,
    missing: (context) => {
      const held = unaccepted(context);
      const lines = held.slice(0, MAX_NAMED).map(missingOf);
      const more = held.length - lines.length;
      return more > 0 ? [...lines, `${counted(more, 'more field')} like these`] : lines;
    },
  },
  findings: (context) =>
    unaccepted(context)
      .slice(0, MAX_FINDINGS)
      .map((change): Finding => ({ reason: reasonOf(change), strength: 0 })),
  atPromotion: (context) => {
    const accepted = changes(context, (path, endpoint) => isAccepted(context, path, endpoint));
    const [first] = accepted;
    if (first === undefined) return null;
    const { accept: _, ...reason } = reasonOf(first);
    const texts = accepted.slice(0, MAX_NAMED).map((one) => reasonOf(one).text);
    const more = accepted.length - texts.length;
    const rest = more > 0 ? `; and ${counted(more, 'more field')}` : '';
    return { ...reason, text: `An operator accepted: ${texts.join('; ')}${rest}.` };
  },
};

/** With `compare.systematic=block`: whether a difference of the pair is at a field that changed in nearly all responses before it. */
export function differsSystematically(
  context: DecisionContext,
  endpoint: EndpointEvidence,
  { differences, baseline }: PairOutcome,
): { readonly testing: boolean; readonly running: boolean } {
  if (context.settings.systematic !== 'block') return NOWHERE;
  const held = heldAt(context, endpoint).map(({ path }) => path);
  return {
    testing: differences.some(({ kind, path }) => kind === 'value' && held.includes(path)),
    running: baseline?.values?.some((path) => held.includes(path)) === true,
  };
}

// Private

function observe(
  { settings, evidence }: DecisionContext,
  endpoint: EndpointEvidence,
  { outcome, change, doubt, setAside }: ObservedPair,
): void {
  if (change !== 0 || doubt !== 0 || setAside !== null) return;
  if (settings.systematic === 'report') return;
  const severity = severityOf(outcome.running);
  if (severity === 2 || severity !== severityOf(outcome.testing)) return;
  if (outcome.isLeftOut === true) return;
  const own = endpointPart.of(endpoint);
  own.valuesCompared++;
  const { differences, baseline } = outcome;
  if (baseline !== null) own.valuesAsked++;
  const isQuiet = differences.length === 0 && baseline?.values === undefined;
  const isFirst = own.changedValues.isEmpty;
  if (isQuiet && isFirst) return;
  own.changedValues.observe(outcome, own.valuesCompared);
  if (isFirst && !own.changedValues.isEmpty) totalsPart.of(evidence).changingEndpoints++;
}

function isHeld(context: DecisionContext): boolean {
  const { evidence } = context;
  if (totalsPart.of(evidence).changingEndpoints === 0) return false;
  for (const endpoint of evidence.endpoints.all()) {
    const isStill = endpointPart.of(endpoint).changedValues.isEmpty;
    if (!isStill && heldAt(context, endpoint).length > 0) return true;
  }
  return false;
}

function unaccepted(context: DecisionContext): readonly Change[] {
  return changes(context, (path, endpoint) => !isAccepted(context, path, endpoint));
}

function missingOf({ path, places }: Change): string {
  const [first] = places;
  if (first === undefined) return path;
  const { endpoint, field } = first;
  const { valuesCompared } = endpointPart.of(endpoint);
  const others = places.length - 1;
  const elsewhere = others > 0 ? ` and at ${counted(others, 'more endpoint')}` : '';
  return (
    `your decision on ${path}, another value in ${grouped(field.changed)} of ` +
    `${counted(valuesCompared, 'response')} to ${endpoint.name}${elsewhere}: \`vili accept\``
  );
}

function systematicAt(endpoint: EndpointEvidence): readonly ChangedField[] {
  const { changedValues, valuesCompared } = endpointPart.of(endpoint);
  return changedValues.all.filter((field) => isSystematic(field, valuesCompared));
}

function heldAt(context: DecisionContext, endpoint: EndpointEvidence): readonly ChangedField[] {
  return systematicAt(endpoint).filter(({ path }) => !isAccepted(context, path, endpoint));
}

/** Accepted at every endpoint, or at this one: `GET /items/{id} $.price`. */
function isAccepted(
  { isAccepted: isNamed }: DecisionContext,
  path: string,
  { name }: EndpointEvidence,
): boolean {
  return isNamed(path) || isNamed(`${name} ${path}`);
}

/** The fields that are wanted, those that changed most often first. */
function changes(
  { evidence }: DecisionContext,
  isWanted: (path: string, endpoint: EndpointEvidence) => boolean,
): readonly Change[] {
  const found = new Map<string, Change>();
  for (const endpoint of evidence.endpoints.all()) {
    for (const field of systematicAt(endpoint)) {
      const { path } = field;
      if (!isWanted(path, endpoint)) continue;
      const change = found.get(path) ?? { path, places: [] };
      change.places.push({ endpoint, field });
      found.set(path, change);
    }
  }
  for (const { places } of found.values()) {
    places.sort((left, right) => right.field.changed - left.field.changed);
  }
  const weight = ({ places }: Change): number =>
    places.reduce((sum, { field }) => sum + field.changed, 0);
  return [...found.values()].sort(
    (left, right) => weight(right) - weight(left) || (left.path < right.path ? -1 : 1),
  );
}

function reasonOf({ path, places }: Change): Reason {
  const [first] = places;
  if (first === undefined) throw new Error(`${path} changed nowhere`);
  const { endpoint, field } = first;
  const { valuesCompared, valuesAsked } = endpointPart.of(endpoint);
  const { changed, running, testing, samples, runningAlone } = field;
  const what = changeOf({ kind: 'value', path, running, testing, count: changed, samples });
  const others = places.length - 1;
  const elsewhere = others > 0 ? `, and at ${counted(others, 'more endpoint')}` : '';
  const alone = runningAlone === 0 ? 'never' : `in ${grouped(runningAlone)}`;
  return {
    code: SYSTEMATIC_CODE,
    endpoint: endpoint.name,
    text:
      `${endpoint.name}: ${what}, in ${grouped(changed)} of ${counted(valuesCompared, 'response')}` +
      `${elsewhere}; asked again ${counted(valuesAsked, 'time')}, running's own changed ${alone}`,
    observed: changed / Math.max(1, valuesCompared),
    limit: runningAlone / Math.max(1, valuesAsked),
    samples: samples.slice(),
    accept: path,
  };
}
