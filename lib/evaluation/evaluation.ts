import type { IgnoredField } from '../compare/noise/ignored.ts';
import { isAside, type PairOutcome } from '../compare/outcome.ts';
import { errorsOf, LogWindows } from '../logs/count/windows.ts';
import type { LogBatch } from '../logs/follow/batch.ts';
import { objectPieces, type Pieces, readBack } from '../model/text/pieces.ts';
import type { Harm } from '../model/users/harm.ts';
import type { ProcessSample } from '../model/servlet-facts.ts';
import type { VerdictReport } from '../verdict/report.ts';
import type { VerdictSettings } from '../verdict/settings.ts';
import { Verdict } from '../verdict/verdict.ts';
import { isSaved, type Saved, timeOf } from './checkpoint/saved.ts';
import { TestCourse } from './course/test-course.ts';
import type { CourseView } from './course/view.ts';
import { Coverage } from './coverage.ts';
import { IgnoredFields } from './ignored-fields.ts';
import { LogFormats } from './log-formats.ts';
import { Measures, type PausedBaselines } from './measures.ts';
import type { TestFindings } from './report/compose.ts';
import type { RunningResponse } from './response-ring.ts';
import { errorKinds, type RunningMemory } from './running-memory.ts';
import { SampledRequests } from './running-usage.ts';
import type { StartUp } from './start-ups.ts';

/** Endpoints listed for people, the most suspicious first. */
const MAX_LISTED_ENDPOINTS = 50;

/** At the most, this much of the time observed without new evidence is lost when Vili ends. */
const OBSERVED_LOSS_MS = 10_000;

/** What is evaluated: one attempt with one server file. */
export interface Build {
  readonly name: string;
  readonly fingerprint: string;
  /** When it became a candidate or its test restarted; distinguishes tests of the same build. */
  readonly sinceMs: number;
}

/** What an evaluation begins with. */
export interface EvaluationSettings {
  readonly verdict: VerdictSettings;
  readonly nowMs: number;
}

/** All evidence on one build of one version: pairs, logs of both sides, running's responses. */
export class Evaluation {
  readonly build: Build;
  readonly #verdict: Verdict;
  readonly #windows: LogWindows;
  /** Further kinds of error that running had before the test, beyond those that the verdict knows. */
  readonly #knownKinds: ReadonlySet<string>;
  readonly #formats: LogFormats;
  readonly #ignored = new IgnoredFields();
  readonly #measures = new Measures();
  readonly #coverage = new Coverage();
  readonly #course = new TestCourse();
  #noise: string | null = null;
  #changed = false;
  #savedObservedMs = 0;
  #pairs = 0;
  readonly #requests = new SampledRequests();

  private constructor(
    build: Build,
    verdict: Verdict,
    knownKinds: readonly string[],
    windowMs: number,
    formats: LogFormats,
  ) {
    this.build = build;
    this.#verdict = verdict;
    this.#knownKinds = new Set(knownKinds);
    this.#windows = new LogWindows(windowMs);
    this.#formats = formats;
  }

  static begin(
    build: Build,
    settings: EvaluationSettings,
    memory: RunningMemory,
    startUp: StartUp,
  ): Evaluation {
    const { verdict: rules, nowMs } = settings;
    const earlier = memory.earlierKinds(nowMs);
    const verdict = new Verdict(rules, nowMs, earlier);
    for (const { endpoint, response, atMs } of memory.latestResponses()) {
      verdict.running(endpoint, response, atMs);
    }
    verdict.runningPeaks(memory.usagePeaks());
    if (startUp.errors > 0) verdict.startupErrors(startUp.errors, startUp.example);
    const judged = new Set(earlier.kinds.map(({ signature }) => signature));
    const known = memory.errorKinds().filter((kind) => !judged.has(kind));
    const formats = new LogFormats(startUp.lines, memory.hasLog);
    return new Evaluation(build, verdict, known, rules.logWindowMs, formats);
  }

  /** Continues from a checkpoint; null when it is invalid or belongs to another test. */
  static resume(build: Build, settings: EvaluationSettings, saved: unknown): Evaluation | null {
    if (!isSaved(saved) || saved.fingerprint !== build.fingerprint) return null;
    if (saved.sinceMs !== build.sinceMs) return null;
    const verdict = Verdict.restore(settings.verdict, saved.evidence, {
      nowMs: settings.nowMs,
      observedMs: timeOf(saved.observedMs),
    });
    const { logWindowMs } = settings.verdict;
    const formats = LogFormats.restore(saved.formats);
    const evaluation = new Evaluation(build, verdict, saved.knownKinds, logWindowMs, formats);
    evaluation.#ignored.restore(saved.ignored);
    evaluation.#measures.restore(saved.measures);
    evaluation.#coverage.restore(saved.coverage);
    evaluation.#course.restore(saved.course);
    evaluation.#savedObservedMs = verdict.observedMs;
    if (typeof saved.noise === 'string') evaluation.#noise = saved.noise;
    return evaluation;
  }

  /** A checkpoint, JSON in pieces; from now on only what is newer counts as changed. */
  pieces(): Pieces {
    this.#changed = false;
    this.#savedObservedMs = this.#verdict.observedMs;
    const short = {
      fingerprint: this.build.fingerprint,
      knownKinds: [...this.#knownKinds],
      observedMs: this.#verdict.observedMs,
      sinceMs: this.build.sinceMs,
      ignored: this.#ignored.all(),
      measures: this.#measures.checkpoint(),
      noise: this.#noise,
      formats: this.#formats.checkpoint(),
    } satisfies Partial<Saved>;
    return objectPieces(short, {
      evidence: this.#verdict.pieces(),
      coverage: this.#coverage.pieces(),
      course: this.#course.pieces(),
    });
  }

  /** A checkpoint as it is read back. */
  checkpoint(): Saved {
    return readBack(this.pieces()) as Saved;
  }

  get changed(): boolean {
    const unsavedMs = this.#verdict.observedMs - this.#savedObservedMs;
    return this.#changed || unsavedMs >= OBSERVED_LOSS_MS;
  }

  pairs(outcomes: readonly PairOutcome[]): void {
    for (const outcome of outcomes) {
      this.#verdict.pair(outcome);
      this.#windows.pairsAt(outcome.atMs);
      if (isAside(outcome)) continue;
      this.#measures.pair(outcome);
      this.#course.pair(outcome);
      this.#coverage.compared(outcome.endpoint);
      const why = outcome.unread?.why;
      if (why !== undefined) this.#coverage.unread(outcome.endpoint, why);
    }
    this.#requests.pairs(outcomes);
    this.#pairs += outcomes.length;
    this.#changed ||= outcomes.length > 0;
  }

  /** Whether it is still to be shown that testing is as fast as running. */
  isSpeedMissing(nowMs: number): boolean {
    return this.#verdict.isSpeedMissing(nowMs);
  }

  /** What operators accepted holds the version back no longer. */
  accept(names: readonly string[]): void {
    this.#verdict.accept(names);
  }

  /** Updates the places where differences do not count against testing. */
  ignored(changes: readonly IgnoredField[]): void {
    this.#ignored.update(changes);
  }

  learnedNoise(noise: string): void {
    this.#noise = noise;
  }

  get noise(): string | null {
    return this.#noise;
  }

  /** What copies do to users. */
  harm(harm: Harm): void {
    this.#verdict.harm(harm);
  }

  /** Copies without a response yet, and pairs during which no baseline was requested. */
  underWay(overdue: number, paused: PausedBaselines, translated = 0): void {
    this.#verdict.openPairs(overdue);
    this.#measures.paused(paused);
    this.#measures.translated(translated);
  }

  /**
   * Running responded to a user. A response without a copy is evidence of running's health too:
   * when testing takes resources from it, copies are the first to be dropped.
   */
  responded({ endpoint, response, atMs }: RunningResponse, copied: boolean): void {
    this.#coverage.requested(endpoint);
    this.#requests.running++;
    if (!copied) this.#verdict.running(endpoint, response, atMs);
  }

  sampled(sample: ProcessSample): void {
    this.#verdict.processes(this.#requests.observe(sample));
  }

  logged(side: 'running' | 'testing', batch: LogBatch): void {
    this.#changed = true;
    this.#formats.add(side, batch);
    if (this.#pairs > 0) this.#measures.logged(side, batch);
    if (side === 'testing' && this.#pairs === 0) this.#startUp(batch);
    else this.#windows.add(side, batch);
    this.#windows.readTo(side, batch.readToMs);
    for (const kind of errorKinds(batch)) {
      if (this.#knownKinds.has(kind.signature)) continue;
      if (side === 'testing') this.#verdict.newErrorKind(kind, batch.toMs);
      else this.#verdict.runningErrorKind(kind, batch.toMs);
    }
  }

  /** All that this side logged before `toMs` was taken in. */
  logRead(side: 'running' | 'testing', toMs: number): void {
    this.#windows.readTo(side, toMs);
  }

  /** The decision that the evidence supports at `nowMs`. */
  decide(nowMs: number): VerdictReport {
    for (const { atMs, running, testing } of this.#windows.close(nowMs)) {
      this.#verdict.logWindow({
        atMs,
        testingErrors: testing.errors,
        runningErrors: running.errors,
        testingWarnings: testing.warnings,
        runningWarnings: running.warnings,
      });
    }
    this.#verdict.logFormat(this.#formats.change(), this.#formats.sides());
    const report = this.#verdict.decide(nowMs);
    this.#course.note(report);
    return report;
  }

  /** For the verdict of several hosts. */
  get shared(): Pick<Verdict, 'counts' | 'rejectAt'> {
    return this.#verdict;
  }

  /** How the evidence grew, and both sides of each endpoint. `nowMs`: wall clock, of that report. */
  course(report: VerdictReport, against: string | null, nowMs: number): CourseView {
    const about = { version: this.build.name, against };
    const states = this.#verdict.endpointStates();
    return this.#course.view(about, { report, nowMs, states, coverage: this.#coverage });
  }

  findings(verdict: VerdictReport): TestFindings {
    const measures = this.#measures.view();
    return {
      verdict,
      measures,
      signals: this.#verdict.signals(verdict, measures),
      coverage: this.#coverage.view(),
      ignored: this.#ignored.all(),
      endpoints: this.#verdict.endpoints(MAX_LISTED_ENDPOINTS),
    };
  }

  // Private

  #startUp(batch: LogBatch): void {
    const errors = errorsOf(batch);
    if (errors > 0) this.#verdict.startupErrors(errors, errorKinds(batch)[0]?.example);
  }
}
