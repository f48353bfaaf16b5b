import { readState } from '../base/state/state-file.ts';
import type { SampleSettings } from '../compare/sample/choice.ts';
import { messageOf } from '../errors.ts';
import type { LogBatch } from '../logs/follow/batch.ts';
import type { OutcomeBatch } from '../mirror/events.ts';
import type { Pieces } from '../model/text/pieces.ts';
import type { ProcessSample } from '../model/servlet-facts.ts';
import type { Release } from '../model/release.ts';
import type { DeclaredDifference } from '../model/traffic-rules.ts';
import type { Reason } from '../model/reason.ts';
import type { VerdictReport } from '../verdict/report.ts';
import type { VerdictSettings } from '../verdict/settings.ts';
import type { Counts } from '../verdict/sharing/counts.ts';
import type { Concluded, CourseView } from './course/view.ts';
import { Evaluation } from './evaluation.ts';
import { type DecisionRecord, listedEndpoints, testReport, withSamples } from './report/compose.ts';
import { declaredViews } from './report/declared.ts';
import type { EvaluationView, TestView } from './report/views.ts';
import type { RunningResponse } from './response-ring.ts';
import type { RunningMemory } from './running-memory.ts';
import { probationIdOf } from '../mirror/probation-id.ts';
import { LASTING_MS, ProbationEvidence, reasonsWithNames } from './probation/evidence.ts';
import { LogContext } from './samples/log-context.ts';
import { SampleStore, samplesFolder } from './samples/sample-store.ts';
import type { StartUp } from './start-ups.ts';

const MAX_DESCRIBED_ENDPOINTS = 20;

export interface TestOptions {
  readonly release: Release;
  /** The version on probation is judged by this one, which users had before; absent in a test. */
  readonly against?: string | undefined;
  /** Differences that it is meant to have, which the mirror leaves out. */
  readonly declared?: readonly DeclaredDifference[] | undefined;
  /** When the version became a candidate, or its test restarted. */
  readonly sinceMs: number;
  readonly rules: VerdictSettings;
  readonly samples: SampleSettings;
  readonly versionFolder: string;
  /** The file with checkpoints of the evidence. */
  readonly evidenceFile: string;
  readonly memory: RunningMemory;
  readonly startUp: StartUp;
  readonly nowMs: number;
  /** The time of day of a time of evidence, which is on a steady clock. */
  readonly toWall: (steadyMs: number) => number;
  readonly onProblem: (text: string) => void;
}

/** The test of one version: its evidence, its samples, and what they allow so far. */
export class Test {
  readonly release: Release;
  /** Null unless the version is on probation. */
  readonly against: string | null;
  readonly id: string;
  readonly #probation = new ProbationEvidence();
  readonly #lastingMs: number;
  /** Only requests since then are of this test; one that was resumed goes on with all. */
  readonly #fromMs: number;
  readonly #declared: readonly DeclaredDifference[];
  readonly #evaluation: Evaluation;
  readonly #store: SampleStore;
  /** What both versions logged lately, for the samples. */
  readonly #context: LogContext;
  readonly #toWall: (steadyMs: number) => number;
  #report: VerdictReport | null = null;
  /** Of that report: many may ask between two decisions. */
  #described: EvaluationView | null = null;
  #decidedAtMs = 0;

  private constructor(
    { release, against, declared, rules, toWall }: TestOptions,
    evaluation: Evaluation,
    store: SampleStore,
    fromMs: number,
  ) {
    this.#fromMs = fromMs;
    this.release = release;
    this.against = against ?? null;
    this.id = against === undefined ? release.name : probationIdOf(release.name);
    this.#lastingMs = Math.min(LASTING_MS, rules.minTimeMs);
    this.#toWall = toWall;
    this.#declared = declared ?? [];
    this.#context = new LogContext(toWall);
    this.#evaluation = evaluation;
    this.#store = store;
  }

  /** Continues from the checkpoint of the same test if there is one, else begins afresh. */
  static async open(options: TestOptions): Promise<Test> {
    const { release, sinceMs, rules, memory, startUp, nowMs, onProblem } = options;
    const build = { name: release.name, fingerprint: release.fingerprint, sinceMs };
    const isReversed = options.against !== undefined;
    const settings = { verdict: { ...rules, isReversed }, nowMs };
    const afresh = (problem: string): void => {
      onProblem(`evidence on ${release.name} begins afresh: ${problem}`);
    };
    try {
      const { state, problems } = await readState(options.evidenceFile, (data) => data);
      for (const problem of problems) afresh(problem);
      const resumed = Evaluation.resume(build, settings, state);
      if (resumed !== null) return new Test(options, resumed, await openStore(options, false), 0);
    } catch (error) {
      afresh(messageOf(error));
    }
    const evaluation = Evaluation.begin(build, settings, memory, startUp);
    // The samples of its test are worth more than none.
    const fresh = isReversed ? 'at-first-sample' : true;
    return new Test(options, evaluation, await openStore(options, fresh), nowMs);
  }

  isOf({ fingerprint }: Release, sinceMs: number, against?: string): boolean {
    const { build } = this.#evaluation;
    if (this.against !== (against ?? null)) return false;
    return build.fingerprint === fingerprint && build.sinceMs === sinceMs;
  }

  /** The noise learned before a restart of Vili; null when there was none. */
  get noise(): string | null {
    return this.#evaluation.noise;
  }

  /** What operators accepted holds the version back no longer. */
  accept(names: readonly string[]): void {
    this.#evaluation.accept(names);
  }

  /** Adds what the mirror worker found. */
  compared(batch: OutcomeBatch, nowMs: number): void {
    if (batch.testId !== this.id) return;
    // A test that begins anew has the same name: what was still under way belongs to the one before.
    this.#evaluation.pairs(batch.outcomes.filter(({ atMs }) => atMs >= this.#fromMs));
    this.#evaluation.ignored(batch.ignored);
    if (batch.noise !== null) this.#evaluation.learnedNoise(batch.noise);
    // What copies do to users, and how long previous takes, says nothing of the version on probation.
    if (this.against === null) this.#evaluation.harm(batch.harm);
    const overdue = this.against === null ? batch.overdue : 0;
    this.#evaluation.underWay(overdue, batch.paused, batch.translated);
    for (const sample of batch.samples.filter(({ atMs }) => atMs >= this.#fromMs)) {
      this.#store.add({ ...sample, atMs: this.#toWall(sample.atMs) });
      this.#context.expect(sample, nowMs);
    }
  }

  responded(response: RunningResponse, copied: boolean): void {
    this.#probation.responded(copied);
    // It is the version on probation that responds to users then.
    this.#evaluation.responded(response, copied || this.against !== null);
  }

  logged(side: 'running' | 'testing', batch: LogBatch): void {
    if (this.against === null || this.#probation.isNearlyAllCopied) {
      this.#evaluation.logged(side, batch);
    } else this.#evaluation.logRead(side, batch.readToMs);
    this.#context.logged(side, batch);
  }

  /** All that this side logged before `toMs` was taken in. */
  logRead(side: 'running' | 'testing', toMs: number): void {
    this.#evaluation.logRead(side, toMs);
    this.#context.readTo(side, toMs);
  }

  sampled(sample: ProcessSample): void {
    const { atMs, running: users, previous } = sample;
    if (this.against === null) this.#evaluation.sampled(sample);
    else this.#evaluation.sampled({ atMs, running: previous, testing: users, previous: null });
  }

  /** The decision that the evidence supports at `nowMs`. */
  decide(nowMs: number): VerdictReport {
    this.#completeSamples(nowMs);
    this.#decidedAtMs = nowMs;
    this.#described = null;
    const report = this.#evaluation.decide(nowMs);
    const { against, release } = this;
    const found = report.reasons;
    const reasons = against === null ? found : reasonsWithNames(found, release.name, against);
    this.#report = { ...report, reasons: withSamples(reasons, this.#store.entries()) };
    return this.#report;
  }

  /** What adds up over several hosts; null on probation, which each host decides by itself. */
  counts(nowMs: number): Counts | null {
    return this.against === null ? this.#evaluation.shared.counts(nowMs) : null;
  }

  /** The odds to 1 that reject from now on: `localVetoOdds`, where other hosts test the same version. */
  rejectAt(odds: number): void {
    this.#evaluation.shared.rejectAt(odds);
  }

  /** What takes users off a version on probation, as of the last decision; null while nothing does. */
  worse(nowMs: number): readonly Reason[] | null {
    if (this.against === null || this.#report === null) return null;
    return this.#probation.worse(this.#report, nowMs, this.#lastingMs);
  }

  /** Whether it is still to be shown that testing is as fast as running. */
  isSpeedMissing(nowMs: number): boolean {
    return this.#evaluation.isSpeedMissing(nowMs);
  }

  /** A checkpoint, JSON in pieces, if there is new evidence since the last one, or some more time was observed; else null. */
  checkpoint(): Pieces | null {
    return this.#evaluation.changed ? this.#evaluation.pieces() : null;
  }

  /** As of the last decision; null before the first. */
  describe(): EvaluationView | null {
    const report = this.#report;
    if (report === null || this.#described !== null) return this.#described;
    const findings = this.#evaluation.findings(report);
    const { signals, ignored } = findings;
    const endpoints = listedEndpoints(findings, MAX_DESCRIBED_ENDPOINTS);
    const declared = declaredViews(this.#declared, ignored);
    const { release, against } = this;
    this.#described = { release, against, report, signals, endpoints, declared };
    return this.#described;
  }

  view(): TestView | null {
    const report = this.#report;
    if (report === null) return null;
    const findings = this.#evaluation.findings(report);
    const found = testReport(findings, this.#store.entries());
    const { against } = this;
    const declared = declaredViews(this.#declared, findings.ignored);
    const test = {
      ...found,
      ...(declared.length > 0 && { declared }),
      ...(against !== null && { against }),
    };
    return { version: this.release.name, against, reasons: report.reasons, test };
  }

  /** How the evidence grew, and both sides of each endpoint; null before the first decision. */
  course(): CourseView | null {
    if (this.#report === null) return null;
    const atMs = this.#toWall(this.#decidedAtMs);
    return this.#evaluation.course(this.#report, this.against, atMs);
  }

  /**
   * What the report on a decision needs. Resolves once all samples are written, so that a reader of
   * the report finds them.
   */
  async conclude(decision: DecisionRecord, nowMs: number): Promise<Concluded> {
    this.#completeSamples(nowMs, true);
    const test = this.view()?.test ?? null;
    const reasons = withSamples(decision.reasons, this.#store.entries());
    await this.#store.flush();
    return { decision: { ...decision, reasons }, test, course: this.course() };
  }

  // Private

  /** Adds log lines to the samples whose lines were read, or with `all` to every sample. */
  #completeSamples(nowMs: number, all = false): void {
    for (const { id, logs } of this.#context.take(nowMs, all)) this.#store.addLogs(id, logs);
  }
}

// Private

function openStore(
  { versionFolder, samples, release, onProblem }: TestOptions,
  fresh: boolean | 'at-first-sample',
): Promise<SampleStore> {
  return SampleStore.open(samplesFolder(versionFolder), fresh, samples, (error) =>
    onProblem(`a sample of ${release.name} could not be kept: ${messageOf(error)}`),
  );
}
