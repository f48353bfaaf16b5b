import { isDeniedStatus, mayPass } from '../../compare/severity.ts';
import { ByteBudget } from '../../model/byte-budget.ts';
import type { Exchange, Target } from '../../model/exchange.ts';
import { isRevalidation } from '../request/conditions.ts';
import { type CopyRequest, createCopyRequest, limitsOf } from '../request/copy-request.ts';
import { Requester, type ShadowResponse } from '../request/requester.ts';
import type { MirrorSettings } from '../settings.ts';
import type { Targets } from '../wire/protocol.ts';
import type { ClientState } from '../state/client-state.ts';
import { AskAgain } from './again/asking.ts';
import type { OpenPair } from './again/open-pair.ts';
import { BaselinePlan } from './again/plan.ts';
import { AskStranger } from './again/stranger.ts';
import { Breaker } from './breaker.ts';
import { Overdue } from './overdue.ts';
import { beginSpan } from '../request/copy-spans.ts';

export interface SenderHooks {
  /** Monotonic clock, ms. */
  readonly now: () => number;
  readonly random: () => number;
  /** Users leave no time. */
  readonly isBusy: () => boolean;
  /** What testing knows of running's clients. */
  readonly state: ClientState;
  /** It is still to be shown that testing is as fast as running. */
  readonly isSpeedMissing: () => boolean;
  /** All responses are there; called once for each pair that was sent. */
  readonly completed: (pair: OpenPair) => void;
  /** Testing fails all the time: what waits is better dropped. */
  readonly broke: () => void;
}

/** Sends a copy to testing and, where that is worth it, the same request to both once more. */
export class Sender {
  readonly plan: BaselinePlan;
  readonly overdue: Overdue<OpenPair>;
  /** For responses that are larger than expected. */
  readonly budget: ByteBudget;
  readonly #settings: MirrorSettings;
  readonly #hooks: SenderHooks;
  readonly #copyRequest: CopyRequest;
  readonly #running: Requester;
  readonly #testing: Requester;
  /**
   * Connections of their own for testing's second responses, as running's have: how much a connection has
   * carried decides how soon the kernel acknowledges, which moves times by up to 40 ms (delayed ACK).
   */
  readonly #testingAgain: Requester;
  readonly #again: AskAgain;
  readonly #stranger: AskStranger;
  #breaker: Breaker;
  #target: Target | null;
  /** How often testing has been replaced. */
  #generation = 0;

  constructor(settings: MirrorSettings, targets: Targets, hooks: SenderHooks) {
    const { concurrency, compare, timeoutMs: connectTimeoutMs, maxHeadBytes, refusedMs } = settings;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#target = targets.testing;
    this.#copyRequest = translating(createCopyRequest(settings), hooks.state);
    this.#breaker = new Breaker(settings.breaker, hooks.now);
    this.budget = new ByteBudget(settings.queueBytes);
    this.overdue = new Overdue(hooks.now);
    const { random, isBusy, isSpeedMissing, now } = hooks;
    const { controlShare: share, maxEndpoints } = compare;
    this.plan = new BaselinePlan({ share, maxEndpoints, random, isBusy, isSpeedMissing, now });
    const limits = { connectTimeoutMs, maxIdleConnections: concurrency, maxHeadBytes, refusedMs };
    this.#running = new Requester(targets.running, limits, hooks.now);
    this.#testing = new Requester(targets.testing, limits, hooks.now);
    this.#testingAgain = new Requester(targets.testing, limits, hooks.now);
    const asking = {
      concurrency,
      plan: this.plan,
      running: this.#running,
      copyRequest: this.#copyRequest,
    };
    this.#again = new AskAgain({ ...asking, testing: this.#testingAgain, random });
    this.#stranger = new AskStranger({ ...asking, state: hooks.state });
  }

  /** Whether the breaker would drop a copy now. */
  wouldDrop(): boolean {
    return this.#breaker.wouldDrop();
  }

  /** Sends the copy; false: the breaker drops it. */
  send(exchange: Exchange, endpoint: string, bytes: number): boolean {
    const admission = this.#breaker.admit();
    if (admission === 'drop') return false;
    const { status, runningMs } = exchange;
    if (exchange.failure === null) this.plan.observeRunning(endpoint, runningMs);
    const isDenied = isDeniedStatus(status);
    const span = beginSpan(exchange, this.#target);
    const pair: OpenPair = {
      exchange,
      endpoint,
      isProbe: admission === 'probe',
      bytes,
      span,
      limits: limitsOf(this.#settings, exchange, this.budget),
      isPlanned: admission === 'send' && this.#again.plans(exchange, endpoint, isDenied),
      testing: null,
      runningAgain: null,
      testingAgain: null,
      carried: this.#hooks.state.carriedBy(exchange),
      stranger: null,
      isStrangerOpen: false,
      isReady: false,
      waitsFor: 0,
      hadNoRoom: false,
    };
    if (admission === 'send') this.#stranger.ask(pair, this.#hooks.completed);
    const generation = this.#generation;
    this.overdue.began(pair, runningMs);
    this.#testing.send(this.#copyRequest(exchange, 'test', span), pair.limits, (response) => {
      pair.testing = response;
      this.overdue.ended(pair);
      this.#informBreaker(pair, generation, response);
      this.#askAgain(pair, response);
    });
    return true;
  }

  retarget({ running }: Targets): void {
    this.#running.retarget(running);
  }

  /** The new process inherits neither the failures of the previous one nor its waiting time. */
  replaceTesting({ testing }: Targets): void {
    this.#generation++;
    this.#target = testing;
    this.#breaker = new Breaker(this.#settings.breaker, this.#hooks.now);
    this.#testing.retarget(testing);
    this.#testingAgain.retarget(testing);
  }

  /** Enforces time limits. */
  sweep(): void {
    this.#running.sweep();
    this.#testing.sweep();
    this.#testingAgain.sweep();
  }

  close(): void {
    this.#running.close();
    this.#testing.close();
    this.#testingAgain.close();
    this.overdue.clear();
  }

  // Private

  /**
   * Asks again where that was planned, and wherever one side did worse in a way that may pass: in
   * either direction, so that it stays even. A response that cannot be read: only running's response
   * to a copy shows whose fault that is.
   */
  #askAgain(pair: OpenPair, response: ShadowResponse): void {
    const { failure } = response;
    const isMalformed = failure === 'malformed';
    const isNeeded = isMalformed || (failure === null && dependsOnSecond(pair.exchange, response));
    let isTaken = pair.isPlanned;
    if (isNeeded && !isTaken) {
      const need = this.#again.needs(pair.exchange);
      isTaken = need === 'ask';
      pair.hadNoRoom = need === 'no-room';
    } else if (isTaken && failure !== null && !isMalformed) {
      this.#again.giveBack();
      isTaken = false;
    }
    const done = (): void => {
      pair.isReady = true;
      if (!pair.isStrangerOpen) this.#hooks.completed(pair);
    };
    if (!isTaken) done();
    else if (isMalformed) this.#again.running(pair, done);
    else this.#askBoth(pair, done);
  }

  #askBoth(pair: OpenPair, done: () => void): void {
    const generation = this.#generation;
    this.overdue.began(pair, pair.exchange.runningMs);
    const onTesting = (response: ShadowResponse): void => {
      this.overdue.ended(pair);
      this.#informBreaker(pair, generation, response);
    };
    this.#again.both(pair, onTesting, done);
  }

  #informBreaker({ isProbe }: OpenPair, generation: number, { failure }: ShadowResponse): void {
    if (generation !== this.#generation) return;
    if (failure === null) {
      this.#breaker.succeeded();
    } else if (failure === 'unsendable') {
      if (isProbe) this.#breaker.abandoned();
    } else if (this.#breaker.failed(isProbe)) {
      this.#hooks.broke();
    }
  }
}

// Private

/** One side did worse in a way that may pass, or only running's whole response shows what is missing. */
function dependsOnSecond(exchange: Exchange, { status, length }: ShadowResponse): boolean {
  if (mayPass(exchange, status)) return true;
  if (!isRevalidation(exchange) || exchange.method === 'HEAD') return false;
  return status !== 200 || length === 0;
}

/** What goes to testing carries the sessions that testing handed out. */
function translating(copyRequest: CopyRequest, state: ClientState): CopyRequest {
  return (exchange, mark, span) =>
    copyRequest(mark === 'test' ? state.translation.translated(exchange) : exchange, mark, span);
}
