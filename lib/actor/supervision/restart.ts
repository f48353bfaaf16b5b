import { ViliError } from '../../errors.ts';
import { type Backoff, backoffMs } from '../../runtime/backoff.ts';

/** Five restarts a minute, from 0.1 s to 10 s apart: an upset actor recovers, a broken one ends. */
export const DEFAULT_SUPERVISION: SupervisionSpec = {
  strategy: 'one_for_one',
  max: 5,
  withinMs: 60_000,
  backoff: { minMs: 100, maxMs: 10_000, factor: 2, jitter: 0.2 },
  quietMs: 60_000,
  onExhausted: 'escalate',
};
/** The longest list of failures a window keeps; a larger `max` must be Infinity. */
export const MAX_RESTARTS_LIMIT = 10_000;

/** Which siblings end and start again with a failed child (Erlang/OTP, supervisor(3)). */
export type Strategy = 'one_for_one' | 'rest_for_one' | 'one_for_all';

/** How often a child, or the children of one supervisor together, may fail. */
export interface FullBudget {
  /** Restarts allowed within the window; Infinity never gives up. */
  readonly max: number;
  readonly withinMs: number;
  readonly backoff: Required<Backoff>;
  /** A child that stayed up this long starts again at the shortest pause. */
  readonly quietMs: number;
  /**
   * What an exhausted budget ends: the supervisor with all its children (`escalate`), or only the
   * child, as `crashed` for whoever watches it (`end`).
   */
  readonly onExhausted: 'escalate' | 'end';
}

export interface SupervisionSpec extends FullBudget {
  readonly strategy: Strategy;
}

/** A budget with holes, filled from the supervisor's (or the default's) values. */
export type RestartBudget = Partial<Omit<FullBudget, 'backoff'>> & {
  readonly backoff?: Partial<Backoff>;
};
export type SupervisionOptions = RestartBudget & { readonly strategy?: Strategy };

/** All the pauses of a budget that is used up without a quiet moment, at the largest jitter. */
export function longestPausesMs(budget: FullBudget): number {
  let sumMs = 0;
  for (let n = 0; n < budget.max; n += 1) sumMs += backoffMs(budget.backoff, n, 1);
  return sumMs;
}

/** The children that end and start again when `failed` does, in start order. */
export function affected<T>(strategy: Strategy, children: readonly T[], failed: T): readonly T[] {
  if (strategy === 'one_for_all') return children;
  if (strategy === 'rest_for_one') return children.slice(Math.max(0, children.indexOf(failed)));
  return [failed];
}

/** `base` with the given values in place; throws a ViliError (`VILI_SUPERVISION`) when they clash. */
export function resolveBudget<B extends FullBudget>(
  path: string,
  base: B,
  given: RestartBudget | undefined,
): B {
  const budget = { ...base, ...given, backoff: { ...base.backoff, ...given?.backoff } };
  for (const [broken, rule] of brokenRules(budget)) if (broken) refuse(path, rule);
  if (budget.max === Infinity) return budget;
  const pausesMs = longestPausesMs(budget);
  if (budget.max > 0 && budget.withinMs <= pausesMs) {
    const sum = `the pauses of ${budget.max} restarts add up to ${Math.ceil(pausesMs)} ms`;
    refuse(path, `withinMs ${budget.withinMs} never trips: ${sum}`);
  }
  return budget;
}

/** Counts failures in a sliding window, and the consecutive ones that set the next pause. */
export class RestartCounter {
  readonly #budget: FullBudget;
  #failedAtMs: number[] = [];
  #consecutive = 0;

  constructor(budget: FullBudget) {
    this.#budget = budget;
  }

  /** Takes a failure at `nowMs` of a life that was up since `upSinceMs` (undefined: never up). */
  failed(nowMs: number, upSinceMs: number | undefined): { exhausted: boolean; nth: number } {
    const { max, withinMs, quietMs } = this.#budget;
    if (upSinceMs !== undefined && nowMs - upSinceMs >= quietMs) this.#consecutive = 0;
    const nth = this.#consecutive;
    this.#consecutive += 1;
    if (max === Infinity) return { exhausted: false, nth };
    this.#failedAtMs = this.#failedAtMs.filter((atMs) => atMs > nowMs - withinMs);
    this.#failedAtMs.push(nowMs);
    return { exhausted: this.#failedAtMs.length > max, nth };
  }
}

// Private

function brokenRules(budget: FullBudget): [boolean, string][] {
  const { max, withinMs, quietMs, backoff } = budget;
  const { minMs, maxMs, factor, jitter } = backoff;
  const countable = Number.isInteger(max) && max >= 0 && max <= MAX_RESTARTS_LIMIT;
  return [
    [!countable && max !== Infinity, `max ${max} is neither 0..${MAX_RESTARTS_LIMIT} nor Infinity`],
    [!(withinMs > 0), `withinMs ${withinMs} is not above 0`],
    [!(quietMs >= 0), `quietMs ${quietMs} is below 0`],
    [!(minMs >= 0 && Number.isFinite(minMs)), `backoff.minMs ${minMs} is not 0 or more`],
    [!(maxMs >= minMs && Number.isFinite(maxMs)), `backoff.maxMs ${maxMs} is below minMs ${minMs}`],
    [!(factor >= 1 && Number.isFinite(factor)), `backoff.factor ${factor} is below 1`],
    [!(jitter >= 0 && jitter <= 1), `backoff.jitter ${jitter} is not in 0..1`],
  ];
}

function refuse(path: string, rule: string): never {
  throw new ViliError('VILI_SUPERVISION', `supervision of ${path}: ${rule}`);
}
