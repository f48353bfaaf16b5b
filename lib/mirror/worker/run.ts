import { createEndpoints, type Endpoints } from '../../compare/endpoint/endpoints.ts';
import { isDeniedStatus } from '../../compare/severity.ts';
import { ByteBudget } from '../../model/byte-budget.ts';
import type { Exchange } from '../../model/exchange.ts';
import {
  type CopyRequest,
  createCopyRequest,
  isRepeatable,
  limitsOf,
  REFUSED,
} from '../request/copy-request.ts';
import { Requester, type ShadowLimits, type ShadowResponse } from '../request/requester.ts';
import type { MirrorSettings } from '../settings.ts';
import { EMPTY_REPORT, type Report, type Targets } from '../wire/protocol.ts';
import { BaselinePlan } from './baseline.ts';
import { Breaker } from './breaker.ts';
import { isUnreadable } from './compare-pair.ts';
import { Overdue } from './overdue.ts';
import { CopyQueue } from './queue.ts';
import { Results } from './results.ts';
import { type SliceHooks, TimeSlices } from './time-slices.ts';

/** Baseline requests under way are at most this share of `concurrency`. */
const BASELINE_SHARE = 1 / 4;
/** The responses of running and testing are both held until they have been compared. */
const RESPONSES = 2;

export interface ShadowRunHooks extends SliceHooks {
  readonly random: () => number;
  /** Users leave no time. */
  readonly isBusy: () => boolean;
}

interface OpenPair {
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly isProbe: boolean;
  /** How often testing had been replaced when this copy was sent. */
  readonly generation: number;
  hasBaseline: boolean;
  readonly bytes: number;
  testing: ShadowResponse | null;
  baseline: ShadowResponse | null;
}

/** One test in the worker: sends copies within its limits, and reports what came of them. */
export class ShadowRun {
  /** What came of the copies so far. */
  readonly results: Results;
  readonly #settings: MirrorSettings;
  readonly #hooks: ShadowRunHooks;
  readonly #copyRequest: CopyRequest;
  readonly #endpoints: Endpoints;
  readonly #plan: BaselinePlan;
  readonly #overdue: Overdue<OpenPair>;
  readonly #queue: CopyQueue;
  /** For responses that are larger than expected. */
  readonly #budget: ByteBudget;
  readonly #running: Requester;
  readonly #testing: Requester;
  readonly #maxBaselines: number;
  /** Pairs with all their responses, waiting to be compared. Bounded by `concurrency`. */
  readonly #completed: TimeSlices<OpenPair>;
  #targets: Targets;
  #breaker: Breaker;
  #generation = 0;
  #openCopies = 0;
  #openBytes = 0;
  #openBaselines = 0;
  #hasEnded = false;

  constructor(settings: MirrorSettings, targets: Targets, hooks: ShadowRunHooks) {
    const { concurrency, compare, timeoutMs: connectTimeoutMs, maxHeadBytes } = settings;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#targets = targets;
    this.#copyRequest = createCopyRequest(settings);
    this.#endpoints = createEndpoints(compare);
    this.results = new Results(settings, hooks.now);
    this.#queue = new CopyQueue({ count: settings.queue, bytes: settings.queueBytes });
    this.#budget = new ByteBudget(settings.queueBytes);
    this.#breaker = new Breaker(settings.breaker, hooks.now);
    this.#maxBaselines = Math.max(1, Math.floor(concurrency * BASELINE_SHARE));
    this.#plan = new BaselinePlan({
      share: compare.controlShare,
      maxEndpoints: compare.maxEndpoints,
      random: hooks.random,
      isBusy: hooks.isBusy,
    });
    this.#overdue = new Overdue(hooks.now);
    this.#completed = new TimeSlices(hooks, {
      each: (pair) => this.#finish(pair),
      afterSlice: () => this.#fill(),
    });
    const limits = { connectTimeoutMs, maxIdleConnections: concurrency, maxHeadBytes };
    this.#running = new Requester(targets.running, limits, hooks.now);
    this.#testing = new Requester(targets.testing, limits, hooks.now);
  }

  /** Why a copy of this size would be dropped now, or null. */
  dropReason(bytes: number): 'queue-full' | 'breaker' | null {
    if (this.#hasEnded || this.#targets.testing === null) return null;
    if (this.#breaker.wouldDrop()) return 'breaker';
    return this.#mayStart(bytes) || this.#queue.hasRoom(bytes) ? null : 'queue-full';
  }

  /** Takes the copy; it appears exactly once in a later report. */
  offer(exchange: Exchange, bytes: number): void {
    if (this.#hasEnded) this.results.drop('ended');
    else if (this.#targets.testing === null) this.#refuse(exchange);
    else if (this.#mayStart(bytes)) this.#start(exchange, bytes);
    else if (this.#queue.hasRoom(bytes)) this.#queue.push({ exchange, bytes });
    else this.results.drop('queue-full');
  }

  retarget(targets: Targets): void {
    const isSame = sameTarget(targets.testing, this.#targets.testing);
    this.#targets = targets;
    this.#running.retarget(targets.running);
    if (isSame) return;
    // The new process inherits neither the failures of the previous one nor its waiting time.
    this.#generation++;
    this.#breaker = new Breaker(this.#settings.breaker, this.#hooks.now);
    this.#testing.retarget(targets.testing);
    this.#fill();
  }

  /**
   * Enforces time limits; call it many times per second. `isDisturbed`: this thread was held up since
   * the last call, so that what it timed may be its own lag.
   */
  sweep(isDisturbed = false): void {
    this.results.tick(isDisturbed);
    this.#running.sweep();
    this.#testing.sweep();
  }

  takeReport(): Report | null {
    const overdue = this.#overdue.count();
    const isNews = this.#overdue.isNews(overdue);
    const results = this.results.take();
    if (results === null) return isNews ? { ...EMPTY_REPORT, overdue } : null;
    return { ...results, overdue, paused: this.#plan.takePaused() };
  }

  /** Ends everything under way; what is open is counted as `ended`. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#running.close();
    this.#testing.close();
    this.results.drop('ended', this.#openCopies + this.#queue.clear());
    this.#openCopies = 0;
    this.#overdue.clear();
    this.#completed.clear();
  }

  // Private

  /** No copy overtakes those that wait, else a large one would wait for ever. */
  #mayStart(bytes: number): boolean {
    return this.#queue.length === 0 && this.#hasPlace(bytes);
  }

  /** Testing's response is expected to be as large as running's; a single copy always has a place. */
  #hasPlace(bytes: number): boolean {
    if (this.#openCopies === 0) return true;
    const isBytesLeft = this.#openBytes + RESPONSES * bytes <= this.#settings.queueBytes;
    return isBytesLeft && this.#openCopies < this.#settings.concurrency;
  }

  #start(exchange: Exchange, bytes: number): void {
    const admission = this.#breaker.admit();
    if (admission === 'drop') {
      this.results.drop('breaker');
      return;
    }
    const endpoint = this.#endpoints.endpointOf(exchange.method, exchange.path);
    if (exchange.failure === null) this.#plan.observeRunning(endpoint, exchange.runningMs);
    const pair: OpenPair = {
      exchange,
      endpoint,
      isProbe: admission === 'probe',
      generation: this.#generation,
      hasBaseline: admission === 'send' && this.#wantsBaseline(exchange, endpoint),
      bytes: RESPONSES * bytes,
      testing: null,
      baseline: null,
    };
    this.#openCopies++;
    this.#openBytes += pair.bytes;
    this.#overdue.began(pair, exchange.runningMs);
    const limits = limitsOf(this.#settings, exchange, this.#budget);
    if (pair.hasBaseline) this.#askRunning(pair, limits);
    this.#testing.send(this.#copyRequest(exchange, 'test'), limits, (response) => {
      pair.testing = response;
      this.#overdue.ended(pair);
      this.#informBreaker(pair, response);
      if (this.#needsRunning(pair, response)) this.#askRunning(pair, limits);
      this.#settle(pair);
    });
  }

  #askRunning(pair: OpenPair, limits: ShadowLimits): void {
    pair.hasBaseline = true;
    this.#openBaselines++;
    this.#running.send(this.#copyRequest(pair.exchange, 'control'), limits, (response) => {
      this.#openBaselines--;
      pair.baseline = response;
      this.#settle(pair);
    });
  }

  /** Testing's response could not be read: only running's response to a copy shows whose fault that is. */
  #needsRunning({ exchange, hasBaseline }: OpenPair, { failure }: ShadowResponse): boolean {
    if (failure !== 'malformed' || hasBaseline || this.#hasEnded) return false;
    if (!isRepeatable(exchange) || this.#openBaselines >= this.#maxBaselines) return false;
    return this.#plan.mayAsk();
  }

  /** Testing is known to be down: the same evidence as a refused connection, without trying one. */
  #refuse(exchange: Exchange): void {
    const endpoint = this.#endpoints.endpointOf(exchange.method, exchange.path);
    this.results.add({ exchange, endpoint, testing: REFUSED, baseline: null });
  }

  #wantsBaseline(exchange: Exchange, endpoint: string): boolean {
    if (!isRepeatable(exchange)) return false;
    if (this.#openBaselines >= this.#maxBaselines) return false;
    return this.#plan.wanted(endpoint, isDeniedStatus(exchange.status));
  }

  #informBreaker(pair: OpenPair, { failure }: ShadowResponse): void {
    if (pair.generation !== this.#generation) return;
    if (failure === null) {
      this.#breaker.succeeded();
    } else if (failure === 'unsendable') {
      if (pair.isProbe) this.#breaker.abandoned();
    } else if (this.#breaker.failed(pair.isProbe)) {
      this.results.drop('breaker', this.#queue.clear());
    }
  }

  #settle(pair: OpenPair): void {
    if (pair.testing === null || (pair.hasBaseline && pair.baseline === null)) return;
    this.#completed.push(pair);
  }

  #finish(pair: OpenPair): void {
    const { exchange, endpoint, testing, baseline } = pair;
    this.#openCopies--;
    this.#openBytes -= pair.bytes;
    this.#budget.giveBack((testing?.extraBytes ?? 0) + (baseline?.extraBytes ?? 0));
    if (testing === null || testing.failure === 'unsendable') {
      this.results.drop('unsendable');
      return;
    }
    if (isUnreadable(exchange, testing, baseline)) {
      this.results.drop('unreadable');
      return;
    }
    const outcome = this.results.add({ exchange, endpoint, testing, baseline });
    this.#plan.learn(endpoint, outcome.differs, outcome.baseline?.differs ?? null);
  }

  #fill(): void {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (!this.#hasPlace(next.bytes)) return;
      this.#queue.shift();
      if (this.#targets.testing === null) this.#refuse(next.exchange);
      else this.#start(next.exchange, next.bytes);
    }
  }
}

function sameTarget(left: Targets['testing'], right: Targets['testing']): boolean {
  return left?.host === right?.host && left?.port === right?.port;
}
