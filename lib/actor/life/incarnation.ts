import { ActorCrashed, ActorStopped, HandlerHung } from '../errors.ts';
import { type Envelope, type OpenQuestion, typeOf } from '../mail/envelope.ts';
import type { CodeOwner } from '../runtime.ts';
import type { Turns } from '../turns.ts';
import { BehaviourHost, isPromise } from './behaviour-host.ts';
import { Patience } from './deadline.ts';
import { HangWatch } from './hang-watch.ts';
import { LifeSignal } from './life-signal.ts';
import { OpenQuestions } from './open-questions.ts';
import type { Life, LifeOwner } from './owner.ts';
import { createSelf, type Living } from './self.ts';
import { StartAttempt } from './start-attempt.ts';
import { Timers } from './timers.ts';

/** Late errors reported per incarnation: an interval that nobody cleared fires for ever. */
export const LATE_ERRORS_REPORTED = 10;

type Phase = 'starting' | 'live' | 'ending' | 'over';

/**
 * One life of an actor, from a start to its end: the message in hand, and all that must end with
 * it. What arrives after the end belongs to nobody and is dropped.
 */
export class Incarnation implements Life, Living, CodeOwner {
  readonly cell: LifeOwner;
  readonly number: number;
  readonly timers = new Timers();
  /** Questions that this incarnation took in hand and has not replied to. */
  readonly #owed = new OpenQuestions();
  /** Questions that this incarnation asked. */
  readonly #asked = new OpenQuestions();
  readonly #endingListeners = new Set<() => void>();
  readonly #self: ReturnType<typeof createSelf>;
  readonly #host: BehaviourHost;
  readonly #hangWatch: HangWatch;
  readonly #signal = new LifeSignal();
  readonly #attempt = new StartAttempt();
  readonly #patience = new Patience();
  #phase: Phase = 'starting';
  #inHand: Envelope | undefined;
  #inHandSinceMs = 0;
  #upSinceMs: number | undefined;
  /** Uncaught errors of its code after its end. */
  #lateErrors = 0;
  #turns: Turns | undefined;
  #turnRequested = false;
  #stopRequested = false;
  /** The user's code that runs now. */
  #running: Promise<void> | undefined;
  #ending: Promise<void> | undefined;

  constructor(cell: LifeOwner, number: number) {
    this.cell = cell;
    this.number = number;
    this.#self = createSelf(this);
    const { runtime, spec } = cell;
    this.#host = new BehaviourHost(runtime.context, spec.behaviour);
    this.#hangWatch = new HangWatch(runtime.now, spec.handlerTimeoutMs, () => this.#onHung());
  }

  get phase(): Phase {
    return this.#phase;
  }

  get path(): string {
    return this.cell.path;
  }

  get inHand(): Envelope | undefined {
    return this.#inHand;
  }

  get inHandSinceMs(): number {
    return this.#inHandSinceMs;
  }

  get upSinceMs(): number | undefined {
    return this.#upSinceMs;
  }

  get signal(): AbortSignal {
    return this.#signal.get();
  }

  get hung(): boolean {
    return this.#hangWatch.hung;
  }

  /** Correlation id of the message in hand, or of the message that spawned the actor. */
  get correlation(): string | undefined {
    return this.#inHand === undefined ? this.cell.correlation : this.#inHand.correlation;
  }

  /** Runs the behaviour's `start`; throws what it throws, or ActorStopped when ended meanwhile. */
  async start(): Promise<void> {
    const { now, turns } = this.cell.runtime;
    this.#inHandSinceMs = now();
    this.#hangWatch.begin(this.#inHandSinceMs);
    this.#running = this.#runStart();
    try {
      await this.#attempt.of(this.#running);
    } finally {
      this.#hangWatch.end();
    }
    if (this.#phase !== 'starting') throw new ActorStopped(this.cell.path);
    this.#running = undefined;
    this.#phase = 'live';
    this.#upSinceMs = now();
    this.#turns = turns.open(() => this.#turn());
    this.requestTurn();
  }

  /** Asks for a turn when there is something to do in it. */
  requestTurn(): void {
    if (this.#phase !== 'live' || this.#turnRequested || this.#inHand !== undefined) return;
    if (!this.cell.hasWork && !this.#stopRequested) return;
    this.#turnRequested = true;
    this.#turns?.request();
  }

  requestStop(): void {
    this.#stopRequested = true;
    this.requestTurn();
  }

  /** From outside of a handler: a stray error, an escalation, a hang. */
  fail(error: unknown): void {
    if (this.#phase === 'starting') this.#attempt.fail(error);
    else if (this.#phase === 'live') this.#crash(error);
  }

  stray(error: unknown): void {
    const late = this.#phase !== 'live' && this.#phase !== 'starting';
    if (late) this.#lateErrors += 1;
    if (this.#lateErrors > LATE_ERRORS_REPORTED) return;
    this.cell.report({ type: 'stray-error', error, late }, this);
    this.fail(error);
  }

  whenEnding(listener: () => void): () => void {
    this.#endingListeners.add(listener);
    return () => this.#endingListeners.delete(listener);
  }

  deliverToItself(make: () => unknown, from: string, correlation: string | undefined): void {
    try {
      this.cell.deliver(make(), from, correlation, { only: this, kept: true });
    } catch (error) {
      this.fail(error);
    }
  }

  keepAsked(question: OpenQuestion): void {
    if (this.#phase === 'over') {
      question.fail(new ActorStopped(this.cell.path, 'has ended and cannot ask'));
    } else this.#asked.add(question);
  }

  /** Ends this life: message in hand, children, `stop`, signal. The same promise for every caller. */
  end(crashed: boolean): Promise<void> {
    this.#ending ??= this.#end(crashed);
    return this.#ending;
  }

  /** Ends it now: whatever still runs is on its own. */
  finish(): void {
    if (this.#phase === 'over') return;
    this.#dropHand();
    this.#phase = 'over';
    this.#patience.end();
    this.#hangWatch.close();
    this.#beginEnd();
    this.#turns?.close();
    this.#owed.failAll(new ActorStopped(this.cell.path));
    this.#asked.failAll(new ActorStopped(this.cell.path, 'ended before it got an answer'));
    this.#signal.abort();
  }

  /** What it works on, for a person. */
  inHandType(): string {
    return this.#inHand === undefined ? this.#phase : typeOf(this.#inHand.message);
  }

  // Private

  async #runStart(): Promise<void> {
    await this.#host.start({ owner: this, correlation: this.cell.correlation }, this.#self);
    // Abandoned while it started: nobody else will release what it has just acquired.
    if (this.#phase === 'over') await this.#runStop(new Patience());
  }

  #turn(): void | Promise<void> {
    this.#turnRequested = false;
    if (this.#phase !== 'live') return undefined;
    const poison = this.cell.takePoison();
    if (poison !== undefined) return this.#crash(poison);
    if (this.#stopRequested) return this.#exit();
    const envelope = this.cell.takeFor(this);
    if (envelope === undefined) return undefined;
    this.#inHand = envelope;
    this.#inHandSinceMs = this.cell.runtime.now();
    if (envelope.ask !== undefined) this.#owed.add(envelope.ask);
    const hand = { owner: this, correlation: envelope.correlation };
    try {
      const result = this.#host.handle(hand, envelope.message, this.#self);
      if (!isPromise(result)) return this.#handled(envelope, result);
      this.#hangWatch.begin(this.#inHandSinceMs);
      this.#running = this.#settle(result, envelope);
      return this.#running;
    } catch (error) {
      return this.#threw(envelope, error);
    }
  }

  async #settle(result: PromiseLike<unknown>, envelope: Envelope): Promise<void> {
    try {
      this.#handled(envelope, await result);
    } catch (error) {
      this.#threw(envelope, error);
    }
  }

  #handled(envelope: Envelope, state: unknown): void {
    // Abandoned meanwhile: the state belongs to an incarnation that is over.
    if (this.#inHand !== envelope) return;
    this.#host.state = state;
    this.#release(envelope, 'ok');
    if (this.#stopRequested && this.#phase === 'live') this.#exit();
    else this.requestTurn();
  }

  #threw(envelope: Envelope, error: unknown): void {
    if (this.#inHand !== envelope) {
      this.cell.report({ type: 'late', what: typeOf(envelope.message), error }, this);
      return;
    }
    envelope.ask?.fail(new ActorCrashed(this.cell.path, error));
    this.#release(envelope, 'crash');
    if (this.#phase === 'live') this.#crash(error, envelope);
    else this.cell.reportCrash(this, 'stopping', error, envelope);
  }

  #release(envelope: Envelope, outcome: 'ok' | 'crash'): void {
    this.#inHand = undefined;
    this.#running = undefined;
    this.#hangWatch.end();
    this.cell.traceHandled(envelope, this.#inHandSinceMs, outcome);
  }

  #crash(error: unknown, envelope?: Envelope): void {
    this.#phase = 'ending';
    this.timers.close();
    this.#owed.failAll(new ActorCrashed(this.cell.path, error));
    this.cell.failed(this, error, envelope);
  }

  #exit(): void {
    this.#phase = 'ending';
    this.timers.close();
    this.cell.exited(this);
  }

  async #end(crashed: boolean): Promise<void> {
    if (this.#phase === 'starting') this.#signal.abort();
    if (this.#phase !== 'over') this.#phase = 'ending';
    this.#beginEnd();
    if (crashed) this.#asked.failAll(new ActorStopped(this.cell.path, 'restarted while it asked'));
    await this.#awaitRunning();
    await this.cell.closeChildren();
    if (this.#phase === 'ending') await this.#runStop(this.#patience);
    this.finish();
  }

  #beginEnd(): void {
    this.timers.close();
    this.#attempt.fail(new ActorStopped(this.cell.path, 'was ended while it started'));
    for (const listener of this.#endingListeners) listener();
    this.#endingListeners.clear();
  }

  /** Waits for the user's code only, never for a restart: two failing siblings would deadlock. */
  async #awaitRunning(): Promise<void> {
    if (this.#running === undefined || this.#phase === 'over') return;
    const { stopTimeoutMs, onHang } = this.cell.spec;
    const limitMs = this.hung && onHang === 'crash' ? 0 : stopTimeoutMs;
    if (await this.#patience.wait(this.#running, limitMs)) return;
    this.cell.report({ type: 'abandoned', what: this.inHandType(), limitMs }, this);
    this.#dropHand();
    this.#signal.abort();
  }

  async #runStop(patience: Patience): Promise<void> {
    const hand = { owner: this, correlation: this.cell.correlation };
    const limitMs = this.cell.spec.stopTimeoutMs;
    try {
      if (await this.#host.stop(hand, this.#self, patience, limitMs)) return;
      this.cell.report({ type: 'abandoned', what: 'stop', limitMs }, this);
    } catch (error) {
      this.cell.report({ type: 'stop-failed', error }, this);
    }
  }

  #dropHand(): void {
    if (this.#inHand !== undefined) this.#release(this.#inHand, 'crash');
  }

  #onHung(): void {
    const { spec, path } = this.cell;
    const limitMs = spec.handlerTimeoutMs;
    const messageType = this.inHandType();
    this.cell.report({ type: 'hung', messageType, limitMs }, this);
    if (spec.onHang === 'crash') this.fail(new HandlerHung(path, messageType, limitMs));
  }
}
