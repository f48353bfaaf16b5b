import type { OwnState, PairOutcome, ResponseSummary } from '../../../lib/compare/outcome.ts';
import { isDenied, isDeniedStatus, mayPass, severityOf } from '../../../lib/compare/severity.ts';
import { Acceptance } from '../../../lib/mirror/state/acceptance.ts';
import { receptionOf, signOf } from '../../../lib/mirror/state/reception.ts';
import { BaselinePlan } from '../../../lib/mirror/worker/again/plan.ts';
import type { VerdictSettings } from '../../../lib/verdict/settings.ts';
import { Verdict } from '../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenarios.ts';
import type { Side, SimulatedPair } from './traffic.ts';

export type Outcome = 'promote' | 'reject' | null;

/** A rule that watches a test. Times in seconds. */
export interface Judge {
  history?(rank: number, running: ResponseSummary): void;
  startup?(errors: number): void;
  log(atSeconds: number, side: Side, level: 'error' | 'warn', lines: number): void;
  errorText?(atSeconds: number, side: Side, text: string): void;
  earlierErrors?(windows: number, texts: ReadonlyMap<string, number>): void;
  /** Takes in a pair and returns what the rule decides after it. */
  pair(pair: SimulatedPair): Outcome;
}

export const START_MS = 1_700_000_000_000;
const CONTROL_SHARE = 0.1;
const HISTORY_LEAD_MS = 1000;
const SESSION = 'cookie `sid`';
const OWN_STATE: OwnState = { what: SESSION, by: 'POST /login', isCopied: false, isByRule: false };

/** The engine of Vili behind the same interface, fed the way the comparer feeds it. */
export class ViliJudge implements Judge {
  verdict: Verdict;
  readonly #settings: VerdictSettings;
  readonly #plan: BaselinePlan;
  readonly #random = new Random(1);
  readonly #acceptance = new Acceptance();
  #atMs = 0;
  #isSpeedMissing = false;
  readonly #names = Array.from({ length: 64 }, (_, rank) => `GET /endpoint-${rank}/{id}`);
  #windowEndMs: number;
  #testingErrors = 0;
  #runningErrors = 0;
  #hasPair = false;

  readonly #field: Scenario['field'];

  constructor(settings: Partial<VerdictSettings> = {}, field?: Scenario['field']) {
    this.#field = field;
    this.#settings = { ...DEFAULT_VERDICT_SETTINGS, ...settings };
    this.verdict = new Verdict(this.#settings, START_MS);
    this.#windowEndMs = START_MS + this.#settings.logWindowMs;
    this.#plan = new BaselinePlan({
      share: CONTROL_SHARE,
      maxEndpoints: this.#settings.maxEndpoints,
      random: () => this.#random.uniform(),
      isBusy: () => false,
      now: () => this.#atMs,
      isSpeedMissing: () => this.#isSpeedMissing,
    });
  }

  history(rank: number, running: ResponseSummary): void {
    this.verdict.running(this.#nameOf(rank), running, START_MS - HISTORY_LEAD_MS);
  }

  startup(errors: number): void {
    this.verdict.startupErrors(errors);
  }

  log(atSeconds: number, side: Side, level: 'error' | 'warn', lines: number): void {
    this.#closeWindows(START_MS + atSeconds * 1000);
    if (level === 'warn') return;
    if (side === 'testing') this.#testingErrors += lines;
    else this.#runningErrors += lines;
  }

  earlierErrors(windows: number, texts: ReadonlyMap<string, number>): void {
    const kinds = [...texts].map(([text, seen]) => ({
      signature: text,
      level: 'error',
      windows: seen,
      instance: 1,
    }));
    this.verdict = new Verdict(this.#settings, START_MS, { windows, kinds });
  }

  errorText(atSeconds: number, side: Side, text: string): void {
    const atMs = START_MS + atSeconds * 1000;
    const kind = { signature: text, level: 'error', count: 1, example: text } as const;
    if (side === 'testing') this.verdict.newErrorKind(kind, atMs);
    else this.verdict.runningErrorKind(kind, atMs);
  }

  pair(pair: SimulatedPair): Outcome {
    const atMs = START_MS + pair.atSeconds * 1000;
    this.#closeWindows(atMs);
    this.#hasPair = true;
    const endpoint = this.#nameOf(pair.rank);
    const { again } = pair;
    const asked = this.#isAsked(pair, endpoint) ? again : null;
    const severity = severityOf(pair.running);
    const isComparable = [pair.testing, again.running].every((one) => severityOf(one) === severity);
    const baseline =
      asked !== null && isComparable
        ? { differs: pair.controlDiffers, ...this.#changedAgain(pair) }
        : null;
    this.#plan.learn(endpoint, pair.testingDiffers, baseline?.differs ?? null);
    const setAside = this.#aside(pair, endpoint);
    this.verdict.pair({
      requestId: 'simulated',
      atMs,
      endpoint,
      running: pair.running,
      testing: pair.testing,
      differences: this.#changed(pair, baseline !== null),
      differs: pair.testingDiffers,
      baseline,
      deniedAgain: asked === null ? null : isDeniedStatus(again.running.status),
      again: asked,
      ...setAside,
    });
    this.#isSpeedMissing = this.verdict.isSpeedMissing(atMs);
    const decision = this.verdict.decision(atMs);
    return decision === 'promote' || decision === 'reject' ? decision : null;
  }

  // Private

  #nameOf(rank: number): string {
    return this.#names[rank] ?? `GET /endpoint-${rank}/{id}`;
  }

  /** What both differ from running in is left out of both, as the comparer does. */
  #changed({ field }: SimulatedPair, isAsked: boolean): PairOutcome['differences'] {
    if (this.#field === undefined || field?.testing !== true) return [];
    if (isAsked && field.control) return [];
    const { path, running, testing } = this.#field;
    return [{ kind: 'value', path, running, testing }];
  }

  #changedAgain({ field }: SimulatedPair): { readonly values?: readonly string[] } {
    const isAlone = field?.control === true && !field.testing;
    return isAlone && this.#field !== undefined ? { values: [this.#field.path] } : {};
  }

  /** As `ClientState` does it, of which only the statuses play a part here. */
  #aside({ running, testing, stranger }: SimulatedPair, endpoint: string): Partial<PairOutcome> {
    if (stranger === null) return {};
    if (severityOf(running) === 2 || severityOf(testing) === 2) {
      const isKnown = this.#acceptance.treatment(SESSION, endpoint) === 'count';
      return isKnown ? {} : { failuresOnly: true };
    }
    const isAsked = this.#acceptance.wantsStranger(SESSION, endpoint, () => this.#random.uniform());
    const treatment = this.#acceptance.treatment(SESSION, endpoint);
    const sign = ({ status }: { status: number }) => signOf({ status, headers: [] });
    if (isAsked) {
      const nowhere = () => new Set<string>();
      const { reception, clue } = receptionOf({
        running: sign(running),
        stranger: sign(stranger),
        testing: sign(testing),
        strangerPlaces: nowhere,
        testingPlaces: nowhere,
        betweenThem: nowhere,
      });
      this.#acceptance.observe(SESSION, endpoint, reception, clue);
    }
    if (treatment === 'count' || (isDenied(running) && severityOf(testing) === 0)) return {};
    if (treatment === 'unlearned') return { setAside: 'unlearned' };
    return { setAside: 'own-session', ownState: OWN_STATE };
  }

  /** As the sender of copies decides it: by plan, and where one side did worse in a way that may pass. */
  #isAsked({ atSeconds, running, testing }: SimulatedPair, endpoint: string): boolean {
    this.#atMs = atSeconds * 1000;
    if (severityOf(running) === 2) return false;
    const isPlanned = this.#plan.wanted(endpoint, isDeniedStatus(running.status));
    return testing.failure === null && (isPlanned || mayPass(running, testing.status));
  }

  #closeWindows(atMs: number): void {
    while (atMs >= this.#windowEndMs) {
      // As the evaluation does: a window without a pair says nothing.
      if (this.#hasPair) {
        this.verdict.logWindow({
          atMs: this.#windowEndMs,
          testingErrors: this.#testingErrors,
          runningErrors: this.#runningErrors,
          testingWarnings: 0,
          runningWarnings: 0,
        });
      }
      this.#hasPair = false;
      this.#testingErrors = 0;
      this.#runningErrors = 0;
      this.#windowEndMs += this.#settings.logWindowMs;
    }
  }
}
