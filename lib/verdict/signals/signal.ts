import type { AskedAgain, PairOutcome, ResponseSummary, SetAside } from '../../compare/outcome.ts';
import type { SeverityChange } from '../../compare/severity.ts';
import type { Reason } from '../../model/reason.ts';
import type { DecisionContext } from '../decision/context.ts';
import type { Balance } from '../decision/progress.ts';
import type { EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { EndpointReport, Measured, SignalRow, SignalState } from '../report.ts';

/** An e-value from which on a finding is worth a sentence while evidence is still collected. */
export const WORTH_REPORTING = 3;
/** Request ids named by one reason. */
export const MAX_SAMPLES = 5;

/** The pair being observed. All pairs are passed in the same object: do not keep it. */
export interface ObservedPair {
  readonly outcome: PairOutcome;
  /** ms since the start of the test. */
  readonly atMs: number;
  readonly change: SeverityChange;
  /** Testing did worse, or better, by the first responses alone: `change` is 0 then. */
  readonly doubt: SeverityChange;
  /** The pair counts in neither direction; `change` and `doubt` are 0 then. */
  readonly setAside: SetAside | null;
  /** Running would deny the caller again; true where it did not deny it. */
  readonly denialStands: boolean;
  readonly runningFailed: boolean;
  readonly testingFailed: boolean;
  /** Both responded, after the warm-up. */
  readonly isWarm: boolean;
  /** After the warm-up, and the times say something about the versions. */
  readonly isTimed: boolean;
  /** The second responses of both, where both responded: times are compared like with like. */
  readonly second: AskedAgain | null;
}

/** What both versions logged in one window of `logWindowMs`. */
export interface LogWindow {
  readonly atMs: number;
  readonly testingErrors: number;
  readonly runningErrors: number;
  readonly testingWarnings: number;
  readonly runningWarnings: number;
}

/**
 * One condition of a promotion; all have to be met, and none needs a correction for the others.
 * `amount`: enough was seen. `proof`: a fault is ruled out. `objection`: met unless something was seen.
 * They are asked and reported in this order, the cheap and common ones first.
 */
export interface Criterion {
  readonly kind: 'amount' | 'proof' | 'objection';
  readonly isMet: (context: DecisionContext, elapsedMs: number) => boolean;
  /** Its progress is a share of the pairs that it needs. */
  readonly isShareOfPairs?: true;
  /** 0 to 1; asked only while it is not met, as is `missing`. */
  readonly progress: (context: DecisionContext, elapsedMs: number) => number;
  /** In words what is still needed. */
  readonly missing: (context: DecisionContext, elapsedMs: number) => readonly string[];
}

/** Why an endpoint blocks a promotion. */
export interface Blocker {
  /** Kept in checkpoints, and the order in which blockers are asked: a new one takes the next number. */
  readonly code: number;
  readonly blocks: (context: DecisionContext, endpoint: EndpointEvidence) => boolean;
  /** `GET /items does this`: the words after the name. */
  readonly words: (endpoint: EndpointEvidence) => string;
  /** For a blocker that is lifted once `endpointTest` rules out an excess: what the test counts. */
  readonly balance?: (endpoint: EndpointEvidence) => Balance;
  /** For any other: how many times over its limit it is. */
  readonly excess?: (endpoint: EndpointEvidence) => number;
}

/**
 * Something that speaks against testing, whether or not it is enough. The text ends without a full
 * stop. `strength` is what it adds to the evidence for a rejection; 0 when it can only block a
 * promotion.
 */
export interface Finding {
  readonly reason: Reason;
  readonly strength: number;
}

/** What the rows of the table of signals are made of. */
export interface TableInput {
  readonly context: DecisionContext;
  readonly measured: Measured;
  /** The state that the reasons of these codes give a row. */
  readonly stateOf: (...codes: readonly string[]) => SignalState;
}

/**
 * One kind of evidence, everything about it: what it observes, how that decides, and how it is put
 * into words. `list.ts` names all signals; whatever is asked of signals iterates over that list.
 */
export interface Signal {
  /** Codes of its reasons, stable: programs compare them. */
  readonly codes: readonly string[];
  /** What shows people the fault: a sample of this kind, or the log. */
  readonly shownBy?: 'errors' | 'body-difference' | 'reported' | 'slow' | 'logs';

  /** Takes in a pair, in O(1) and without allocating. */
  readonly observe?: (
    context: DecisionContext,
    endpoint: EndpointEvidence,
    pair: ObservedPair,
  ) => void;
  /** Takes in a pair that is evidence for neither version: `setAside` says why. */
  readonly observeAside?: (
    context: DecisionContext,
    endpoint: EndpointEvidence,
    outcome: PairOutcome,
  ) => void;
  /** Takes in a response of running that has no pair: during the test, and before it. */
  readonly observeRunning?: ObserveRunning;
  readonly observeHistory?: ObserveRunning;
  readonly observeLogs?: (context: DecisionContext, window: LogWindow) => void;
  /** Works out anew what follows from its counts, after those of several hosts were added up. */
  readonly recount?: (context: DecisionContext) => void;
  /** It concerns one process or host: what one host objects to says nothing of the others, and is not added up. */
  readonly isLocal?: true;

  /**
   * Its shares of the permitted chance of a wrong rejection. As shipped all shares add up to 1; a share
   * that is added shrinks the others in proportion, since the weighted mean of the e-values is taken,
   * which is an e-value whatever their dependence (Vovk and Wang 2021).
   */
  readonly budget?: Readonly<Record<string, number>>;
  /** Its e-values against testing, each times its share of the budget. */
  readonly against?: (evidence: Evidence) => number;
  /** Slowness rejects only after the shortest time of a test: many a server needs minutes to warm up. */
  readonly isSpeed?: true;
  /** Evidence over all endpoints that alone blocks a promotion from `BLOCK_ODDS` on, and its words. */
  readonly suspicion?: {
    readonly value: (evidence: Evidence) => number;
    readonly words: (evidence: Evidence) => string;
  };
  /** Its largest e-value against one endpoint. */
  readonly endpointE?: (endpoint: EndpointEvidence) => number;
  readonly criterion?: Criterion;
  readonly blockers?: readonly Blocker[];

  readonly findings?: (context: DecisionContext) => readonly Finding[];
  /** Reported with a promotion: what is ruled out, or what nobody should miss; a whole sentence. */
  readonly atPromotion?: (context: DecisionContext) => Reason | null;
  /** Its part of the report on one endpoint. */
  readonly facts?: (endpoint: EndpointEvidence) => Partial<EndpointReport>;
  readonly rows?: (input: TableInput) => readonly SignalRow[];
}

type ObserveRunning = (
  context: DecisionContext,
  endpoint: EndpointEvidence,
  response: ResponseSummary,
) => void;
