import { usersHost } from '../../compare/address/site.ts';
import { ReadingTime } from '../../compare/content/reading-time.ts';
import { blockingKinds } from '../../compare/findings.ts';
import { createMask, type Mask } from '../../compare/mask/mask.ts';
import type { IgnoredField } from '../../compare/noise/ignored.ts';
import { createNoiseMemory, type NoiseMemory } from '../../compare/noise/noise.ts';
import type { AskedAgain, PairOutcome, ResponseSummary } from '../../compare/outcome.ts';
import {
  type Comparison,
  comparePair,
  type PairContext,
  type ResponseContent,
} from '../../compare/pair.ts';
import { type ProtocolFailure, protocolFailure } from '../../compare/protocol/failure.ts';
import { keyOf, type Remaining, without } from '../../compare/remaining.ts';
import { createRuleHits, type RuleHits } from '../../compare/rules/hits.ts';
import { createRuleBook, type RuleBook } from '../../compare/rules/rules.ts';
import type { CompareSettings } from '../../compare/settings.ts';
import { isDeniedStatus } from '../../compare/severity.ts';
import type { Exchange } from '../../model/exchange.ts';
import { isRevalidation } from '../request/conditions.ts';
import type { ShadowResponse } from '../request/requester.ts';
import type { Aside } from '../state/client-state.ts';

/** Everything known of one user request once all responses are there. */
export interface CompletedPair {
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly testing: ShadowResponse;
  /** Running's second response, null without a baseline request. */
  readonly baseline: ShadowResponse | null;
  /** Testing's, to a request sent at the same moment; null or absent where it was not asked again. */
  readonly testingAgain?: ShadowResponse | null;
  /** Both should have been asked again, and there was no room for it. */
  readonly hadNoRoom?: boolean;
  /** Why it is evidence for neither version, if it is not. */
  readonly aside?: Aside | null;
}

const NOTHING = { kind: 'type', path: '$', running: 'content', testing: 'nothing' } as const;

/** A response with the status that it has by its protocol. */
type Judged<R> = R & Partial<ProtocolFailure>;

interface JudgedPair extends CompletedPair {
  readonly running: Judged<ResponseContent>;
  readonly testing: Judged<ShadowResponse>;
  readonly baseline: Judged<ShadowResponse> | null;
  readonly testingAgain: Judged<ShadowResponse> | null;
}

/** Compares the pairs of one test, and learns from baselines what is noise. */
export class PairComparer {
  readonly #settings: CompareSettings;
  readonly #noise: NoiseMemory;
  readonly #rulesFor: RuleBook;
  readonly #mask: Mask;
  readonly #hits: RuleHits;
  readonly #blocks: ReturnType<typeof blockingKinds>;
  readonly #time: ReadingTime;
  #ports: readonly number[] = [];

  /** `now`: monotonic clock, ms; without it there is time for everything. */
  constructor(settings: CompareSettings, now: () => number = () => 0) {
    this.#time = new ReadingTime(now);
    this.#settings = settings;
    this.#noise = createNoiseMemory(settings.maxEndpoints);
    this.#rulesFor = createRuleBook(settings.rules);
    this.#mask = createMask(settings.mask);
    this.#hits = createRuleHits(settings.maxEndpoints);
    this.#blocks = blockingKinds(settings);
  }

  /**
   * The pair as the verdict sees it. `baseline` is present only when both comparisons, running with
   * testing and running with itself, were possible: else the failures of one side would bias the
   * count.
   */
  compare(completed: CompletedPair): PairOutcome {
    // A pair with a baseline tells most, and how many have one is limited already.
    const isShallow = completed.baseline === null && !this.#time.isLeft;
    return this.#time.spend(() => this.#compare(this.#judged(completed), isShallow));
  }

  /** Where two responses to a request differ, noise left out; `one` null: running's first response. */
  places(
    pair: Pick<CompletedPair, 'exchange' | 'endpoint'>,
    one: ShadowResponse | null,
    other: ShadowResponse,
  ): ReadonlySet<string> {
    const first = one ?? contentOf(pair.exchange);
    const context = this.#contextOf(pair);
    const found = this.#time.spend(() =>
      comparePair(this.#settings, pair.exchange.method, first, other, context),
    );
    return new Set(found.differences.map(keyOf));
  }

  /** The ports on which the servlets listen, so that their addresses are recognised in responses. */
  servletsAt(ports: readonly number[]): void {
    this.#ports = ports;
  }

  /** What is ignored, or no longer is, since the last call. */
  takeIgnored(): readonly IgnoredField[] {
    return [...this.#noise.takeChanges(), ...this.#hits.takeChanges()];
  }

  /** What was learned of noise, null when that is no more than at the last call. */
  noise(): string | null {
    return this.#noise.checkpoint();
  }

  /** Takes what a previous comparer learned in this test. */
  restoreNoise(saved: string): void {
    this.#noise.restore(saved);
  }

  // Private

  #compare(pair: JudgedPair, isShallow: boolean): PairOutcome {
    if (isRevalidation(pair.exchange)) return this.#compareRevalidated(pair);
    const { exchange, endpoint, testing, baseline, running } = pair;
    const [noise, blocks] = [this.#noise, this.#blocks];
    const context = { ...this.#contextOf(pair), isShallow };
    const compare = (other: ResponseContent) =>
      comparePair(this.#settings, exchange.method, running, other, context);
    const found = compare(testing);
    this.#hits.count(endpoint, found.skipped);
    const again = baseline === null || !found.comparable ? null : compare(baseline);
    const unread = unreadOf(found, again);
    if (again?.comparable !== true) return { ...outcomeOf(pair, found, null), ...unread };
    noise.learn(endpoint, found, again);
    // What both differ from running in is noise of this very request: it is not evidence.
    const ours = without(found, again, blocks);
    const theirs = without(again, found, blocks);
    const values = theirs.differences.flatMap(({ kind, path }) => (kind === 'value' ? path : []));
    const control = { differs: theirs.differs, ...(values.length > 0 && { values }) };
    return { ...outcomeOf(pair, ours, control), ...unread };
  }

  /** With the status that protocols have beside that of HTTP; copies are as they were, for samples. */
  #judged(pair: CompletedPair): JudgedPair {
    const { baseline, testingAgain = null } = pair;
    return {
      ...pair,
      running: this.#statusOf(contentOf(pair.exchange)),
      testing: this.#statusOf(pair.testing),
      baseline: baseline === null ? null : this.#statusOf(baseline),
      testingAgain: testingAgain === null ? null : this.#statusOf(testingAgain),
    };
  }

  #statusOf<R extends ResponseContent>(response: R): Judged<R> {
    const failure = protocolFailure(response, this.#settings.maxBodyBytes);
    return failure === null ? response : { ...response, ...failure };
  }

  /**
   * Running told a client that it has the content already; testing was asked without the condition. Only
   * running's second response, which has no condition either, shows what the content is.
   */
  #compareRevalidated(pair: JudgedPair): PairOutcome {
    const { exchange, running, testing, baseline } = pair;
    const { method } = exchange;
    const isWhole = testing.status === 200 && (method === 'HEAD' || testing.length > 0);
    if (baseline?.failure !== null) {
      if (isWhole) return outcomeOf(pair, { differences: [], differs: false }, null);
      if (testing.status === 200) {
        return outcomeOf(pair, { differences: [NOTHING], differs: this.#blocks('type') }, null);
      }
    }
    const reference = baseline?.failure === null ? baseline : running;
    const context = this.#contextOf(pair);
    const found = comparePair(this.#settings, method, reference, testing, context);
    return { ...outcomeOf(pair, found, null), ...unreadOf(found, null) };
  }

  #contextOf({
    exchange: { method, path, headers },
    endpoint,
  }: Pick<CompletedPair, 'exchange' | 'endpoint'>): PairContext {
    const [noise, mask] = [this.#noise, this.#mask];
    return {
      site: { users: usersHost(headers), ports: this.#ports },
      rules: this.#rulesFor(method, path),
      isMasked: (place) => mask.isMasked(place),
      isMaskedHeader: (name) => mask.isMaskedHeader(name),
      maskText: (text) => mask.text(text),
      isNamedValue: (parent, key) => mask.isNamedValue(parent, key),
      isNoise: (key) => noise.isNoise(endpoint, key),
    };
  }
}

/** Running's response to a copy breaks as testing's does: what both do alike is no evidence against one. */
export function isUnreadable(
  { failure: usersFailure }: Exchange,
  { failure }: ShadowResponse,
  baseline: ShadowResponse | null,
): boolean {
  if (usersFailure !== null || baseline?.failure !== failure) return false;
  return failure === 'malformed' || failure === 'closed' || failure === 'reset';
}

// Private

/** What even running's second response cannot be compared in is nobody's change. */
function unreadOf(
  { unread, isLeftOut }: Comparison,
  again: Comparison | null,
): Pick<PairOutcome, 'unread' | 'isLeftOut'> {
  if (isLeftOut === true) return { isLeftOut };
  if (unread === undefined) return {};
  const isBoth = unread.by === 'both' || again?.unread !== undefined;
  return { unread: { by: isBoth ? 'both' : 'testing', why: unread.why } };
}

function outcomeOf(
  pair: JudgedPair,
  { differences, differs }: Remaining,
  baseline: PairOutcome['baseline'],
): PairOutcome {
  const { exchange, endpoint, testing, baseline: again } = pair;
  const { requestId, atMs, runningMs, failure } = exchange;
  const { status, says } = pair.running;
  const isKnownAgain = isDeniedStatus(status) && again !== null && again.failure === null;
  return {
    requestId,
    atMs,
    endpoint,
    running: { status, ms: runningMs, failure, ...(says !== undefined && { says }) },
    testing: summaryOf(testing),
    differences,
    differs,
    baseline,
    deniedAgain: isKnownAgain ? isDeniedStatus(again.status) : null,
    again: askedAgain(pair),
    ...pair.aside,
  };
}

function askedAgain({
  baseline,
  testingAgain,
  hadNoRoom = false,
}: JudgedPair): AskedAgain | 'no-room' | null {
  if (hadNoRoom) return 'no-room';
  if (baseline === null || testingAgain === null) return null;
  if (baseline.failure === 'unsendable' || testingAgain.failure === 'unsendable') return null;
  return { running: summaryOf(baseline), testing: summaryOf(testingAgain) };
}

function summaryOf({ status, ms, failure, says }: Judged<ShadowResponse>): ResponseSummary {
  const summary = { status, ms, failure: failure === 'unsendable' ? null : failure };
  return says === undefined ? summary : { ...summary, says };
}

function contentOf(exchange: Exchange): ResponseContent {
  const isEmpty = exchange.responseBody === null && exchange.responseBytes === 0;
  return {
    status: exchange.status,
    headers: exchange.responseHeaders,
    bytes: isEmpty ? Buffer.alloc(0) : exchange.responseBody,
    length: exchange.responseBytes,
    digest: exchange.responseDigest,
    cut: false,
    memo: {},
  };
}
