import type { Reason } from '../../model/reason.ts';
import { counted, grouped, percent } from '../../text/numbers.ts';
import type { Count, Found } from './found.ts';
import { KINDS } from './kinds.ts';
import { WORSE_ODDS } from './parameters.ts';
import type { UserRow } from './rows.ts';

const REASONS_MAX = 5;
/** A finding that adds at least this to the odds is worth a sentence. */
const WORTH_REPORTING = 1;

/** How a version that serves users does against control. */
export interface UnpairedReport {
  readonly isWorse: boolean;
  /** The evidence is complete and is being confirmed. */
  readonly isPending: boolean;
  /** That it is worse, to 1; it counts as worse from `oddsNeeded` on. */
  readonly odds: number;
  readonly oddsNeeded: number;
  /** Responses of the version on trial; a client counts once in half a second. */
  readonly responses: number;
  readonly clientBlocks: number;
  readonly controlResponses: number;
  readonly reasons: readonly Reason[];
  readonly rows: readonly UserRow[];
}

/** What speaks against the version on trial, the strongest first. */
export function reasonsOf(found: readonly Found[]): readonly Reason[] {
  return found
    .filter(({ strength, trial }) => strength >= WORTH_REPORTING && trial.hits > 0)
    .sort((left, right) => rankOf(left) - rankOf(right) || right.strength - left.strength)
    .slice(0, REASONS_MAX)
    .map(reasonOf);
}

// Private

/** An endpoint that would be enough by itself says more than the sum over all. */
function rankOf({ endpoint, strength }: Found): number {
  return endpoint !== null && strength >= WORSE_ODDS ? 0 : 1;
}

function reasonOf({ endpoint, kind, nullRate, trial, before, meanwhile }: Found): Reason {
  const { code = '', words = '' } = KINDS[kind] ?? {};
  const subject = endpoint === null ? 'over all endpoints' : endpoint;
  const control = [
    ...(meanwhile.responses > 0
      ? [`${countOf(meanwhile)} of the version before at the same time`]
      : []),
    ...(before.responses > 0 ? [`${countOf(before)} before the promotion`] : []),
  ];
  const against = control.length === 0 ? '' : `, against ${control.join(' and ')}`;
  return {
    code,
    endpoint,
    text:
      `${subject}: ${grouped(trial.hits)} of ${counted(trial.responses, 'response')} to users ` +
      `${words} (${percent(trial.hits / trial.responses)})${against}; ` +
      `at most ${percent(nullRate)} are allowed`,
    observed: trial.hits / trial.responses,
    limit: nullRate,
    samples: [],
  };
}

function countOf({ responses, hits }: Count): string {
  return `${grouped(hits)} of ${grouped(responses)}`;
}
