import { isAside, type PairOutcome, type ResponseSummary } from '../compare/outcome.ts';
import { severityOf } from '../compare/severity.ts';
import { ViliError } from '../errors.ts';
import { objectPieces, type Pieces, readBack } from '../model/text/pieces.ts';
import type { Harm } from '../model/users/harm.ts';
import type { LogKind } from '../logs/follow/batch.ts';
import type { Levels } from '../model/servlet-facts.ts';
import { observeAside } from './decision/aside.ts';
import { updateBlocker } from './decision/blockers.ts';
import {
  confirmationMissing,
  isConfirmed,
  type PendingRejection,
  pendingRejectionOf,
  readPendingRejection,
} from './decision/confirmation.ts';
import { contextOf, type DecisionContext } from './decision/context.ts';
import { mayPromote, promotionState, speedMissing } from './decision/criteria.ts';
import { readNumber, readRecord, readText } from './evidence/checkpoint.ts';
import { countRunning, learnTime } from './evidence/running-record.ts';
import { endpointReports, endpointStates } from './explain/endpoint-report.ts';
import { certaintyOf, reasonsFor } from './explain/explain.ts';
import { signalTable } from './explain/signal-table.ts';
import type {
  Decision,
  EndpointReport,
  EndpointState,
  Measured,
  SignalRow,
  VerdictReport,
} from './report.ts';
import { type Counts, countsOf } from './sharing/counts.ts';
import type { Resumed, VerdictSettings } from './settings.ts';
import { blankPair, observePair } from './signals/observed-pair.ts';
import { endsForHarm, setHarm } from './signals/health.ts';
import { signals } from './signals/list.ts';
import { observeErrorKind, setEarlierKinds } from './signals/logs/error-kinds.ts';
import type { EarlierKinds } from './signals/logs/kinds.ts';
import { type LogFormatChange, type LogSides, setLogFormat } from './signals/logs/log-format.ts';
import { observeStartupErrors } from './signals/logs/startup-errors.ts';
import { setOpenPairs } from './signals/open-pairs.ts';
import type { ProcessObservation } from './signals/process/blocks.ts';
import { notePeaks } from './signals/process/curve.ts';
import { observeProcesses } from './signals/process/observe.ts';
import type { LogWindow } from './signals/signal.ts';

const SCHEMA = 'vili.evidence/1';
/** About 300 years: keeps a broken clock out of the sums. */
const LONGEST_MS = 1e13;

/** Lists of functions, since a loop over them runs for each pair. */
const pairObservers = signals.flatMap((one) => one.observe ?? []);
const runningObservers = signals.flatMap((one) => one.observeRunning ?? []);
const historyObservers = signals.flatMap((one) => one.observeHistory ?? []);
const logObservers = signals.flatMap((one) => one.observeLogs ?? []);

/**
 * Judges one version under test. Observations go in one by one, in O(1) and bounded memory; a decision
 * may be asked for at any time, and asking often costs no certainty. `npm run bench:verdict` measures
 * how often it is wrong.
 */
export class Verdict {
  readonly #context: DecisionContext;
  /** On the clock of the observations; later than the real start by the time in which nobody observed. */
  #startedAtMs: number;
  #observedMs = 0;
  /** One object for all pairs, so that a pair costs no allocation. */
  readonly #pair = blankPair();
  #pending: PendingRejection | null = null;

  /** @throws ViliError `VILI_VERDICT_SETTINGS` for settings that make a test impossible. */
  constructor(settings: VerdictSettings, startedAtMs: number, earlier?: EarlierKinds) {
    this.#context = contextOf(settings);
    if (earlier !== undefined) setEarlierKinds(this.#context, earlier);
    this.#startedAtMs = Number.isFinite(startedAtMs) ? startedAtMs : 0;
  }

  /** For how long the test has been observed, as of the last decision or pair. Time while Vili is down is not in it. */
  get observedMs(): number {
    return Math.max(this.#observedMs, this.#context.evidence.totals.lastPairAt);
  }

  /** Running responded alone. Before the start of the test this is its history, the yardstick. */
  running(endpoint: string, response: ResponseSummary, atMs: number): void {
    const { evidence } = this.#context;
    const found = evidence.endpoints.of(endpoint, false);
    const isHistory = atMs < this.#startedAtMs;
    if (isHistory) {
      evidence.totals.historyRequests++;
      found.counts.historyAnswers++;
    }
    const failed = severityOf(response) === 2;
    countRunning(evidence, found, failed);
    if (!failed) learnTime(evidence, found, response.ms);
    for (const observe of isHistory ? historyObservers : runningObservers) {
      observe(this.#context, found, response);
    }
  }

  /** One request to which both responded. */
  pair(outcome: PairOutcome): void {
    const { evidence } = this.#context;
    if (isAside(outcome)) return observeAside(this.#context, outcome);
    const endpoint = evidence.endpoints.of(outcome.endpoint, true);
    const pair = this.#pair;
    observePair(this.#context, endpoint, outcome, this.#sinceStart(outcome.atMs), pair);
    for (const observe of pairObservers) observe(this.#context, endpoint, pair);
    if (!pair.runningFailed && !pair.testingFailed) {
      learnTime(evidence, endpoint, outcome.running.ms);
    }
    countRunning(evidence, endpoint, pair.runningFailed);
    updateBlocker(this.#context, endpoint);
  }

  /** What both versions logged in the window that ends at `atMs`. */
  logWindow(window: LogWindow): void {
    for (const observe of logObservers) observe(this.#context, window);
  }

  /** Testing logged a kind of error; call it for each time it occurs. */
  newErrorKind(kind: LogKind, atMs: number): void {
    observeErrorKind(this.#context, 'testing', kind, this.#sinceStart(atMs));
  }

  /** The same of running. */
  runningErrorKind(kind: LogKind, atMs: number): void {
    observeErrorKind(this.#context, 'running', kind, this.#sinceStart(atMs));
  }

  /** ERROR lines of testing while it started. */
  startupErrors(count: number, example = ''): void {
    observeStartupErrors(this.#context, count, example);
  }

  /** Testing's log cannot be compared with running's, or (null) can. Blocks the promotion meanwhile. */
  logFormat(change: LogFormatChange | null, sides?: LogSides): void {
    setLogFormat(this.#context, change, sides);
  }

  /** How many pairs wait for testing longer than usual; more than 1 in 100 block the promotion. */
  openPairs(count: number): void {
    setOpenPairs(this.#context, count);
  }

  /** What operators accepted, all of it: what is held back under these names is held back no longer. */
  accept(names: readonly string[]): void {
    const { accepted, evidence } = this.#context;
    accepted.clear();
    for (const name of names) accepted.add(name);
    for (const endpoint of evidence.endpoints.all()) updateBlocker(this.#context, endpoint);
  }

  /** What copies do to users. Nothing is promoted meanwhile, and a test that hurts them ends without a result. */
  harm(harm: Harm): void {
    setHarm(this.#context, harm);
  }

  /** What both processes take now; cheap. */
  processes(sample: ProcessObservation | null): void {
    if (sample === null) return;
    observeProcesses(this.#context, { ...sample, atMs: this.#sinceStart(sample.atMs) });
  }

  /** What running took at most, as far as it is known. */
  runningPeaks(levels: Levels | null): void {
    if (levels !== null) notePeaks(this.#context.evidence, levels);
  }

  /** The decision alone: cheap enough to ask after every pair. */
  decision(atMs: number): Decision {
    const { evidence, settings } = this.#context;
    const elapsedMs = this.#sinceStart(atMs);
    if (elapsedMs > this.#observedMs) this.#observedMs = elapsedMs;
    const isHarmful = endsForHarm(this.#context);
    if (evidence.totals.pairs === 0) return isHarmful ? 'inconclusive' : 'collecting';
    this.#pending = pendingRejectionOf(this.#context, this.#pending, elapsedMs);
    if (this.#pending !== null) {
      return isConfirmed(this.#context, this.#pending, elapsedMs) ? 'reject' : 'collecting';
    }
    if (isHarmful) return 'inconclusive';
    if (mayPromote(this.#context, elapsedMs)) return 'promote';
    return elapsedMs >= settings.deadlineMs ? 'inconclusive' : 'collecting';
  }

  /** Whether more second requests would help: it is not shown yet that testing is as fast as running. */
  isSpeedMissing(atMs: number): boolean {
    return speedMissing(this.#context, this.#sinceStart(atMs));
  }

  /** The decision with its reasons, and what a promotion still needs. */
  decide(atMs: number): VerdictReport {
    const context = this.#context;
    const { pairs } = context.evidence.totals;
    const decision = this.decision(atMs);
    const pending = this.#pending;
    const elapsedMs = this.#sinceStart(atMs);
    const state = promotionState(context, elapsedMs);
    const missing =
      pending === null ? state.missing : [confirmationMissing(context, pending, elapsedMs)];
    const isDecided = decision === 'promote' || decision === 'reject';
    return {
      decision,
      pairs,
      elapsedMs,
      progress: isDecided ? 1 : Math.min(state.progress, pairs === 0 ? 0 : 1),
      condemned: pending !== null,
      blocked: state.isBlocked,
      certainty: certaintyOf(context),
      reasons: reasonsFor(context, decision, elapsedMs),
      missing: isDecided ? [] : missing,
      estimate: decision === 'collecting' && pending === null ? state.estimate : null,
    };
  }

  /** The table of signals for a report of `decide`. */
  signals(report: VerdictReport, measured: Measured): readonly SignalRow[] {
    return signalTable(this.#context, report, measured);
  }

  /** Endpoints with something to report, the most suspicious first. */
  endpoints(max: number): readonly EndpointReport[] {
    return endpointReports(this.#context.evidence, max);
  }

  /** Where every endpoint stands. */
  endpointStates(): readonly EndpointState[] {
    return endpointStates(this.#context.evidence);
  }

  /** All evidence as JSON, an endpoint in each piece. */
  pieces(): Pieces {
    const about = { schema: SCHEMA, startedAtMs: this.#startedAtMs, condemned: this.#pending };
    return objectPieces(about, { evidence: this.#context.evidence.pieces() });
  }

  /** What adds up over several hosts. */
  counts(atMs: number): Counts {
    return countsOf(this.#context, this.#sinceStart(atMs));
  }

  /** The odds to 1 that reject from now on; 100 where nothing was said. */
  rejectAt(odds: number): void {
    this.#context.rejectOdds = odds;
  }

  /** All evidence as it is read back. */
  checkpoint(): unknown {
    return readBack(this.pieces());
  }

  /**
   * Continues from a checkpoint. With `resumed` the test goes on at that time after it was observed for so long: whatever
   * has passed since, nobody observed. Where that is not known, the time of the last observation has to do.
   * @throws ViliError `VILI_VERDICT_CHECKPOINT` naming the field that is not as it should be.
   */
  static restore(settings: VerdictSettings, data: unknown, resumed?: Resumed): Verdict {
    const record = readRecord(data, 'checkpoint');
    const schema = readText(record['schema'], 'schema');
    if (schema !== SCHEMA) {
      const message = `checkpoint of the evidence: schema is ${schema}, it must be ${SCHEMA}`;
      throw new ViliError('VILI_VERDICT_CHECKPOINT', message);
    }
    const verdict = new Verdict(settings, readNumber(record['startedAtMs'], 'startedAtMs'));
    verdict.#pending = readPendingRejection(record['condemned']);
    const { evidence } = verdict.#context;
    evidence.restore(record['evidence']);
    if (resumed !== undefined) {
      const lastMs = Math.max(evidence.totals.lastPairAt, verdict.#pending?.sinceMs ?? 0);
      verdict.#observedMs = Math.max(lastMs, resumed.observedMs);
      verdict.#startedAtMs = resumed.nowMs - verdict.#observedMs;
    }
    return verdict;
  }

  // Private

  #sinceStart(atMs: number): number {
    return atMs > this.#startedAtMs ? Math.min(atMs - this.#startedAtMs, LONGEST_MS) : 0;
  }
}
