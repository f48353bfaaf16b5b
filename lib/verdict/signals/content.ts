import type { PairOutcome } from '../../compare/outcome.ts';
import { severityOf } from '../../compare/severity.ts';
import { counted } from '../../text/numbers.ts';
import { blockers } from '../decision/blockers.ts';
import { rejectionParts } from '../decision/budget.ts';
import type { DecisionContext } from '../decision/context.ts';
import type { EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { TallyEntry } from '../evidence/tally.ts';
import { shortened } from '../explain/wording.ts';
import { discordanceE } from '../math/e-values.ts';
import { type Finding, MAX_SAMPLES, WORTH_TELLING } from '../report.ts';

/**
 * Bodies and what else the comparer calls a difference, as a paired test: testing differs from
 * running and running's second answer does not, or the other way round. Identical versions make both
 * equally likely whatever the noise. Whether there is a control must not depend on the answers.
 */
export function observeShape(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  outcome: PairOutcome,
): void {
  const severity = severityOf(outcome.running);
  if (severity === 2 || severity !== severityOf(outcome.testing)) return;
  const { totals, sums } = evidence;
  const { counts } = endpoint;
  if (outcome.baseline === null) {
    counts.uncontrolled++;
    if (outcome.differs) counts.uncontrolledDiffers++;
    return;
  }
  counts.controls++;
  if (outcome.differs === outcome.baseline.differs) return;
  if (outcome.differs) {
    counts.shapeWorse++;
    totals.shapeWorse++;
  } else {
    counts.shapeBetter++;
    totals.shapeBetter++;
  }
  const before = counts.shape;
  counts.shape = discordanceE(counts.shapeWorse, counts.shapeBetter, 0.5);
  totals.shape = discordanceE(totals.shapeWorse, totals.shapeBetter, 0.5);
  sums.shape += endpoint.budget * (counts.shape - before);
}

const MAX_ENDPOINTS = 5;
const MAX_FIELDS = 3;
/** A field that differs so much more seldom than the first one may be noise that was not known yet. */
const SELDOM = 1 / 10;
const JSON_TYPES = new Set(['number', 'string', 'boolean', 'null', 'object', 'array']);

/** Answers that differ in a way that counts, by endpoint and field. */
export function differenceFindings(context: DecisionContext): readonly Finding[] {
  const { evidence, parameters } = context;
  const parts = rejectionParts(evidence, parameters.budget);
  const { totals } = evidence;
  const differing = [...evidence.endpoints.all()]
    .filter((one) => isDiffering(one))
    .sort((left, right) => weight(right) - weight(left))
    .slice(0, MAX_ENDPOINTS);
  return differing.map((endpoint) => {
    const share = endpoint.counts.shapeWorse / Math.max(1, totals.shapeWorse);
    const own = parameters.budget.endpointShape * endpoint.budget * (endpoint.counts.shape - 1);
    const strength = Math.max(0, own, parts.shape * share * share);
    const controlled = endpoint.counts.controls > 0;
    return { reason: reasonOf(endpoint), strength: controlled ? strength : 0 };
  });
}

// Private

function isDiffering({ counts }: EndpointEvidence): boolean {
  const hold = blockers[counts.hold];
  return counts.shape >= WORTH_TELLING || hold === 'differed' || hold === 'differs-uncontrolled';
}

function weight({ counts }: EndpointEvidence): number {
  return counts.shape * 1e6 + counts.uncontrolledDiffers;
}

function reasonOf(endpoint: EndpointEvidence): Finding['reason'] {
  const { counts, name } = endpoint;
  const controlled = counts.controls > 0;
  const answers = counts.controls + counts.uncontrolled;
  const seen = endpoint.differences?.entries() ?? [];
  const often = SELDOM * (seen[0]?.count ?? 0);
  const fields = seen.filter(({ count }) => count >= often).slice(0, MAX_FIELDS);
  const said = fields.map(
    (field) => `${changeOf(field)} in ${field.count} of ${counted(answers, 'answer')}`,
  );
  const what = said.length > 0 ? said.join('; ') : 'the answer differs';
  const control = controlled
    ? `asked again, running alone differed in ${counts.shapeBetter} of ${counts.controls}, ` +
      `testing alone in ${counts.shapeWorse}`
    : 'running was not asked twice here, so this holds the promotion but does not reject';
  return {
    code: 'body-difference',
    endpoint: name,
    text: `${name}: ${what} (${control})`,
    observed: controlled
      ? counts.shapeWorse / counts.controls
      : counts.uncontrolledDiffers / Math.max(1, counts.uncontrolled),
    limit: controlled ? counts.shapeBetter / counts.controls : 0,
    samples: fields[0]?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function changeOf({ kind, path, running, testing }: TallyEntry): string {
  switch (kind) {
    case 'missing':
      return `${path} is missing`;
    case 'type':
      return `${path} changed from ${typeOf(running)} to ${typeOf(testing)}`;
    case 'value':
      return `${path} changed${example(running, testing)}`;
    case 'status':
      return `the status changed${example(running, testing)}`;
    case 'header':
      return `the header ${path} changed${example(running, testing)}`;
    default:
      return `the body${path === '' || path === '$' ? '' : ` at ${path}`} differs`;
  }
}

function example(running: string, testing: string): string {
  if (running === '' && testing === '') return '';
  return `, for instance from ${shortened(running, 40) || 'nothing'} to ${shortened(testing, 40) || 'nothing'}`;
}

/** The JSON type of a rendering, which may be the type's name already. */
function typeOf(rendering: string): string {
  const text = rendering.trim();
  if (JSON_TYPES.has(text)) return text;
  if (text.startsWith('"')) return 'string';
  if (text.startsWith('{')) return 'object';
  if (text.startsWith('[')) return 'array';
  if (text === 'true' || text === 'false') return 'boolean';
  return /^-?\d/.test(text) ? 'number' : shortened(text, 40) || 'another type';
}
