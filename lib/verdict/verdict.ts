import { blockingKinds } from '../compare/findings.ts';
import type { DifferenceKind, PairOutcome, ResponseSummary } from '../compare/outcome.ts';
import { compareSeverity, severityOf } from '../compare/severity.ts';
import { ViliError } from '../errors.ts';
import type { LogKind } from '../logs/follow/batch.ts';
import { updateBlocker } from './decision/blockers.ts';
import {
  confirmationMissing,
  isConfirmed,
  type PendingRejection,
  pendingRejectionOf,
  readPendingRejection,
} from './decision/confirmation.ts';
import { contextOf, type DecisionContext } from './decision/context.ts';
import { mayPromote, promotionState } from './decision/criteria.ts';
import { readNumber, readRecord, readText } from './evidence/checkpoint.ts';
import type { EndpointEvidence } from './evidence/endpoint.ts';
import { Evidence, type LogFormatChange } from './evidence/evidence.ts';
import { recordDifferences, recordFailure } from './evidence/findings-record.ts';
import { type EndpointReport, endpointReports } from './explain/endpoint-report.ts';
import { certaintyOf, reasonsFor } from './explain/explain.ts';
import { messageIn, shortened } from './explain/wording.ts';
import type { Decision, VerdictReport } from './report.ts';
import {
  checkVerdictSettings,
  defaultVerdictParameters,
  type VerdictParameters,
  type VerdictSettings,
  withScaledCooldowns,
} from './settings.ts';
import { denialStands, observeAuth } from './signals/access.ts';
import { observeShape } from './signals/content.ts';
import { countRunning, observeStatus } from './signals/errors.ts';
import { observeHealth, observeHistory } from './signals/health.ts';
import { learnLatency, observeLatency } from './signals/latency.ts';
import { type LogWindow, observeLogWindow, observeStartupErrors } from './signals/logs.ts';

const SCHEMA = 'vili.evidence/1';
const MAX_OPEN = 1e9;
/** About 300 years: keeps a broken clock out of the sums. */
const LONGEST_MS = 1e13;

/**
 * Judges one version under test. Observations go in one by one, in O(1) and bounded memory; whenever
 * asked it decides, and looking often costs no certainty. `npm run bench:verdict` measures how often it
 * is wrong.
 */
export class Verdict {
  readonly #context: DecisionContext;
  readonly #evidence: Evidence;
  readonly #settings: VerdictSettings;
  /** As given, with the rests that fit the confirmation time. */
  readonly #parameters: VerdictParameters;
  readonly #counts: (kind: DifferenceKind) => boolean;
  readonly #startedAtMs: number;
  #condemned: PendingRejection | null = null;

  /** @throws ViliError `VILI_VERDICT_SETTINGS` for settings no test can be made of. */
  constructor(
    settings: VerdictSettings,
    startedAtMs: number,
    parameters: VerdictParameters = defaultVerdictParameters,
  ) {
    checkVerdictSettings(settings);
    this.#settings = settings;
    this.#counts = blockingKinds(settings);
    this.#startedAtMs = Number.isFinite(startedAtMs) ? startedAtMs : 0;
    this.#parameters = withScaledCooldowns(parameters, settings.confirmTimeMs);
    this.#evidence = new Evidence(settings.maxEndpoints, parameters.maxErrorKinds);
    this.#context = contextOf(this.#evidence, settings, this.#parameters);
  }

  /** Running answered alone. Before the start of the test this is its history, the yardstick. */
  running(endpoint: string, answer: ResponseSummary, atMs: number): void {
    const found = this.#evidence.endpoints.of(endpoint, false);
    if (atMs < this.#startedAtMs) {
      observeHistory(this.#evidence, found, answer);
      return;
    }
    const failed = severityOf(answer) === 2;
    countRunning(this.#evidence, found, failed);
    if (!failed) learnLatency(this.#evidence, found, answer);
    observeHealth(this.#evidence, found, answer, this.#parameters);
  }

  /** One request answered by both. */
  pair(outcome: PairOutcome): void {
    const evidence = this.#evidence;
    const parameters = this.#parameters;
    const atMs = this.#sinceStart(outcome.atMs);
    const endpoint = evidence.endpoints.of(outcome.endpoint, true);
    const stands = denialStands(endpoint, outcome);
    const comparison = compareSeverity(outcome.running, outcome.testing, stands);
    const runningFailed = severityOf(outcome.running) === 2;
    observeStatus(evidence, endpoint, comparison, atMs, runningFailed, parameters);
    observeAuth(evidence, endpoint, outcome, stands, parameters);
    if (comparison > 0) recordFailure(endpoint, outcome);
    const { warmupRequests, warmupTimeMs } = this.#settings;
    const warm = evidence.totals.pairs > warmupRequests && atMs >= warmupTimeMs;
    observeLatency(evidence, endpoint, outcome, atMs, warm, parameters);
    if (comparison === 0) {
      const { shape, values } = this.#settings;
      if (shape === 'block' || values === 'block') observeShape(evidence, endpoint, outcome);
      recordDifferences(endpoint, outcome, this.#counts);
    }
    observeHealth(evidence, endpoint, outcome.running, parameters);
    this.#updateBlocker(endpoint);
  }

  /** What both versions logged in the window that ends at `atMs`. */
  logWindow(window: LogWindow): void {
    observeLogWindow(this.#evidence, window, this.#parameters);
  }

  /** Testing logged a kind of error that running did not have; call it for each time it occurs. */
  newErrorKind(kind: LogKind, atMs: number): void {
    this.#errorKind('testing', kind, atMs);
  }

  /** Running logged a kind of error that it did not have before the test. */
  runningErrorKind(kind: LogKind, atMs: number): void {
    this.#errorKind('running', kind, atMs);
  }

  /** ERROR lines of testing while it started. */
  startupErrors(count: number, example = ''): void {
    observeStartupErrors(this.#evidence, count, this.#parameters);
    if (count > 0 && this.#evidence.startupExample === '') {
      this.#evidence.startupExample = messageIn(example);
    }
  }

  /** Testing's log cannot be compared with running's, or (null) can. Holds the promotion meanwhile. */
  logFormat(change: LogFormatChange | null): void {
    this.#evidence.logFormat =
      change === null
        ? null
        : { running: shortened(change.running), testing: shortened(change.testing) };
  }

  /** How many pairs wait for testing longer than usual; more than 1 in 100 hold the promotion. */
  openPairs(count: number): void {
    this.#evidence.totals.openPairs = count > 0 ? Math.min(count, MAX_OPEN) : 0;
  }

  /** The decision alone: cheap enough to ask after every pair. */
  decision(atMs: number): Decision {
    const { totals } = this.#evidence;
    if (totals.pairs === 0) return 'collecting';
    const elapsedMs = this.#sinceStart(atMs);
    this.#condemned = pendingRejectionOf(this.#context, this.#condemned, elapsedMs);
    if (this.#condemned !== null) {
      return isConfirmed(this.#context, this.#condemned, elapsedMs) ? 'reject' : 'collecting';
    }
    if (mayPromote(this.#context, elapsedMs)) return 'promote';
    return elapsedMs >= this.#settings.deadlineMs ? 'inconclusive' : 'collecting';
  }

  /** The decision with its reasons, and what a promotion still needs. */
  decide(atMs: number): VerdictReport {
    const decision = this.decision(atMs);
    const elapsedMs = this.#sinceStart(atMs);
    const state = promotionState(this.#context, elapsedMs);
    const condemned = this.#condemned;
    const missing =
      condemned === null
        ? state.missing
        : [confirmationMissing(this.#context, condemned, elapsedMs)];
    const decided = decision === 'promote' || decision === 'reject';
    return {
      decision,
      pairs: this.#evidence.totals.pairs,
      elapsedMs,
      progress: decided ? 1 : Math.min(state.progress, this.#evidence.totals.pairs === 0 ? 0 : 1),
      condemned: condemned !== null,
      certainty: certaintyOf(this.#context),
      reasons: reasonsFor(this.#context, decision, elapsedMs),
      missing: decided ? [] : missing,
    };
  }

  /** Endpoints with something to tell, the most suspicious first. */
  endpoints(max: number): readonly EndpointReport[] {
    return endpointReports(this.#evidence, max);
  }

  /** All evidence as plain JSON. */
  checkpoint(): unknown {
    return {
      schema: SCHEMA,
      startedAtMs: this.#startedAtMs,
      condemned: this.#condemned,
      evidence: this.#evidence.checkpoint(),
    };
  }

  /**
   * Goes on where a checkpoint ended.
   * @throws ViliError `VILI_VERDICT_CHECKPOINT` naming the field that is not as it should be.
   */
  static restore(
    settings: VerdictSettings,
    data: unknown,
    parameters: VerdictParameters = defaultVerdictParameters,
  ): Verdict {
    const record = readRecord(data, 'checkpoint');
    const schema = readText(record['schema'], 'schema');
    if (schema !== SCHEMA) {
      const message = `checkpoint of the evidence: schema is ${schema}, it must be ${SCHEMA}`;
      throw new ViliError('VILI_VERDICT_CHECKPOINT', message);
    }
    const verdict = new Verdict(
      settings,
      readNumber(record['startedAtMs'], 'startedAtMs'),
      parameters,
    );
    verdict.#condemned = readPendingRejection(record['condemned']);
    verdict.#evidence.restore(record['evidence']);
    return verdict;
  }

  // Private

  #sinceStart(atMs: number): number {
    return atMs > this.#startedAtMs ? Math.min(atMs - this.#startedAtMs, LONGEST_MS) : 0;
  }

  #updateBlocker(endpoint: EndpointEvidence): void {
    updateBlocker(this.#evidence, endpoint, this.#context.tests, this.#parameters);
  }

  #errorKind(side: 'testing' | 'running', kind: LogKind, atMs: number): void {
    if (kind.level === 'warn') return;
    const { logWindowMs } = this.#settings;
    const at = {
      ms: this.#sinceStart(atMs),
      windowMs: logWindowMs,
      windows: this.#evidence.totals.windows,
    };
    this.#evidence.sums.errorKinds += this.#evidence.errorKinds.observe(side, kind, at);
  }
}
