import type { Exchange } from '../../model/exchange.ts';
import type { MirrorSettings } from '../settings.ts';
import { ClientState } from '../state/client-state.ts';
import { type DropReason, EMPTY_REPORT, type Report, type Targets } from '../wire/protocol.ts';
import type { OpenPair } from './again/open-pair.ts';
import { isUnreadable } from './compare-pair.ts';
import { exchanged } from './reverse/exchanged.ts';
import { Lines } from './lines.ts';
import { Places } from './places.ts';
import { CopyQueue } from './queue.ts';
import { Results } from './results.ts';
import { Sender } from './sender.ts';
import { CopySpans } from '../request/copy-spans.ts';
import { type SliceHooks, TimeSlices } from './time-slices.ts';

export interface ShadowRunHooks extends SliceHooks {
  readonly random: () => number;
  /** Users leave no time. */
  readonly isBusy: () => boolean;
  /** It is still to be shown that testing is as fast as running. */
  readonly isSpeedMissing: () => boolean;
}

/** One test in the worker: sends copies within its limits, and reports what came of them. */
export class ShadowRun {
  /** What came of the copies so far. */
  readonly results: Results;
  /** What testing knows of running's clients. */
  readonly state: ClientState;
  readonly #queue: CopyQueue;
  readonly #lines: Lines;
  readonly #places: Places;
  readonly #sender: Sender;
  readonly #spans = new CopySpans();
  /** Pairs with all their responses, waiting to be compared. Bounded by `concurrency`. */
  readonly #completed: TimeSlices<OpenPair>;
  #targets: Targets;
  #hasEnded = false;

  constructor(settings: MirrorSettings, targets: Targets, hooks: ShadowRunHooks) {
    const { concurrency, queue, queueBytes } = settings;
    this.#targets = targets;
    this.results = new Results(settings, hooks.now);
    this.results.servletsAt(portsOf(targets));
    this.state = new ClientState(settings.state, hooks.random);
    this.#queue = new CopyQueue({ count: queue, bytes: queueBytes });
    this.#lines = new Lines({ count: queue, bytes: queueBytes });
    this.#places = new Places({ count: concurrency, bytes: queueBytes });
    this.#completed = new TimeSlices(hooks, {
      each: (pair) => this.#finish(pair),
      afterSlice: () => this.#fill(),
    });
    this.#sender = new Sender(settings, targets, {
      now: hooks.now,
      random: hooks.random,
      isBusy: hooks.isBusy,
      state: this.state,
      isSpeedMissing: hooks.isSpeedMissing,
      completed: (pair) => this.#completed.push(pair),
      broke: () => this.results.drop('breaker', this.#queue.clear() + this.#lines.clear()),
    });
  }

  /** Why a copy of this size would be dropped now, or null. */
  dropReason(bytes: number): 'queue-full' | 'breaker' | null {
    if (this.#hasEnded || this.#targets.testing === null) return null;
    if (this.#sender.wouldDrop()) return 'breaker';
    return this.#mayStart(bytes) || this.#queue.hasRoom(bytes) ? null : 'queue-full';
  }

  /** Takes the copy; it appears exactly once in a later report. */
  offer(exchange: Exchange, bytes: number): void {
    if (this.#hasEnded) this.results.drop('ended');
    else if (this.#mayEnter(exchange, bytes)) this.#admit(exchange, bytes);
  }

  retarget(targets: Targets): void {
    const isSame = sameTarget(targets.testing, this.#targets.testing);
    this.#targets = targets;
    this.results.servletsAt(portsOf(targets));
    this.#sender.retarget(targets);
    if (isSame) return;
    this.#sender.replaceTesting(targets);
    this.state.translation.testingReplaced();
    this.#fill();
  }

  /**
   * Enforces time limits; call it many times per second. `isDisturbed`: this thread was held up since
   * the last call, so that what it timed may be its own lag.
   */
  sweep(isDisturbed = false): void {
    this.results.tick(isDisturbed);
    this.#sender.sweep();
  }

  takeReport(): Report | null {
    const { overdue: waiting, plan } = this.#sender;
    const overdue = waiting.count();
    const isNews = waiting.isNews(overdue);
    const results = this.results.take();
    if (results === null) return isNews ? { ...EMPTY_REPORT, overdue } : null;
    const translated = this.state.translation.takeUsed();
    const spans = this.#spans.take();
    return { ...results, overdue, paused: plan.takePaused(), translated, spans };
  }

  /** Ends everything under way; what is open is counted as `ended`. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#sender.close();
    const waiting = this.#queue.clear() + this.#lines.clear();
    this.results.drop('ended', this.#places.taken + waiting);
    this.#places.clear();
    this.#completed.clear();
  }

  // Private

  /** Whether no earlier copy of the client has to reach testing first. */
  #mayEnter(exchange: Exchange, bytes: number): boolean {
    const isChange = this.state.translation.isChange(exchange);
    if (!this.#lines.concerns(isChange)) return true;
    const client = this.state.translation.clientOf(exchange);
    const entered = this.#lines.enter({ exchange, bytes }, { client, isChange });
    if (entered === 'full') this.#lose(exchange, 'queue-full');
    return entered === 'go';
  }

  #admit(exchange: Exchange, bytes: number): void {
    if (this.#targets.testing === null) this.#lose(exchange, 'unsendable');
    else if (this.#mayStart(bytes)) this.#start(exchange, bytes);
    else if (this.#queue.hasRoom(bytes)) this.#queue.push({ exchange, bytes });
    else this.#lose(exchange, 'queue-full');
  }

  /** The copy never reaches testing, which does not learn what it would have done. */
  #lose(exchange: Exchange, reason: DropReason): void {
    this.results.drop(reason);
    this.state.missed(exchange);
    this.#lines.leave(exchange);
  }

  /** The copy is done with: those that waited for it go on. */
  #leave(exchange: Exchange): void {
    this.#lines.leave(exchange);
    for (let next = this.#lines.next(); next !== undefined; next = this.#lines.next()) {
      this.#admit(next.exchange, next.bytes);
    }
  }

  /** No copy overtakes those that wait, else a large one would wait for ever. */
  #mayStart(bytes: number): boolean {
    return this.#queue.length === 0 && this.#places.hasRoom(bytes);
  }

  #start(exchange: Exchange, bytes: number): void {
    const { endpoint } = exchange;
    this.#places.take(bytes);
    if (this.#sender.send(exchange, endpoint, bytes)) return;
    this.#places.giveBack(bytes);
    this.#lose(exchange, 'breaker');
  }

  #finish(pair: OpenPair): void {
    this.#compare(pair);
    this.#leave(pair.exchange);
  }

  #compare(pair: OpenPair): void {
    const {
      exchange,
      endpoint,
      testing: response,
      runningAgain: baseline,
      testingAgain,
      stranger,
    } = pair;
    const { budget, plan } = this.#sender;
    this.#places.giveBack(pair.bytes);
    for (const one of [response, baseline, testingAgain, stranger])
      budget.giveBack(one?.extraBytes ?? 0);
    if (response === null || response.failure === 'unsendable') {
      this.results.drop('unsendable');
      this.state.missed(exchange);
      return;
    }
    if (isUnreadable(exchange, response, baseline)) {
      this.results.drop('unreadable');
      return;
    }
    const { carried, hadNoRoom } = pair;
    const testing = this.state.translation.settle(exchange, response);
    const known = { exchange, endpoint, testing, stranger, carried };
    const aside = this.state.setAside(known);
    const completed = { exchange, endpoint, testing, baseline, testingAgain, hadNoRoom, aside };
    const { isReversed = false } = this.#targets;
    const outcome = this.results.add(isReversed ? exchanged(completed) : completed);
    if (pair.span !== null) this.#spans.add(pair.span, exchange, response, outcome, isReversed);
    this.state.learn(known, outcome, (one, other) => this.results.places(pair, one, other));
    plan.learn(endpoint, outcome.differs, outcome.baseline?.differs ?? null);
  }

  #fill(): void {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (!this.#places.hasRoom(next.bytes)) return;
      this.#queue.shift();
      if (this.#targets.testing === null) this.#lose(next.exchange, 'unsendable');
      else this.#start(next.exchange, next.bytes);
    }
  }
}

function sameTarget(left: Targets['testing'], right: Targets['testing']): boolean {
  return left?.host === right?.host && left?.port === right?.port;
}

function portsOf({ running, testing }: Targets): readonly number[] {
  return testing === null ? [running.port] : [running.port, testing.port];
}
