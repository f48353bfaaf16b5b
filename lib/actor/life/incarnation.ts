import { ActorCrashed, ActorStopped, HandlerHung } from '../errors.ts';
import { type Envelope, typeOf } from '../mail/envelope.ts';
import type { CodeOwner } from '../runtime.ts';
import type { Turns } from '../turns.ts';
import { BehaviourHost, isPromise } from './behaviour-host.ts';
import { Patience } from './deadline.ts';
import { LifeSignal } from './life-signal.ts';
import { OpenQuestions } from './open-questions.ts';
import type { LifeOwner } from './owner.ts';
import type { Life } from './reporter.ts';
import { createSelf, type Living } from './self.ts';
import { StartAttempt } from './start-attempt.ts';
import { Ties } from './ties.ts';
import { WorkInHand } from './work-in-hand.ts';

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
  readonly ties: Ties;
  /** Questions that this incarnation took in hand and has not replied to. */
  readonly #owed = new OpenQuestions();
  readonly #self: ReturnType<typeof createSelf>;
  readonly #host: BehaviourHost;
  readonly #work: WorkInHand;
  readonly #signal = new LifeSignal();
  readonly #attempt = new StartAttempt();
  readonly #patience = new Patience();
  #phase: Phase = 'starting';
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
    this.ties = new Ties(cell.path);
    this.ties.whenEnding(() => this.#attempt.cancel(cell.path));
    this.#self = createSelf(this);
    const { runtime, spec } = cell;
    this.#host = new BehaviourHost(runtime.context, spec.behaviour);
    this.#work = new WorkInHand(runtime.now, spec.handlerTimeoutMs, () => this.#onHung());
  }

  get phase(): Phase {
    return this.#phase;
  }

  get path(): string {
    return this.cell.path;
  }

  get work(): Pick<WorkInHand, 'envelope' | 'sinceMs' | 'hung' | 'typeOr'> {
    return this.#work;
  }

  get upSinceMs(): number | undefined {
    return this.#upSinceMs;
  }

  get signal(): AbortSignal {
    return this.#signal.get();
  }

  /** Correlation id of the message in hand, or of the message that spawned the actor. */
  get correlation(): string | undefined {
    const { envelope } = this.#work;
    return envelope === undefined ? this.cell.correlation : envelope.correlation;
  }

  /** Runs the behaviour's `start`; throws what it throws, or ActorStopped when ended meanwhile. */
  async start(): Promise<void> {
    this.#work.take(undefined);
    this.#work.goesOn();
    this.#running = this.#runStart();
    try {
      await this.#attempt.of(this.#running);
    } finally {
      this.#work.release();
    }
    if (this.#phase !== 'starting') throw new ActorStopped(this.cell.path);
    this.#running = undefined;
    this.#phase = 'live';
    this.#upSinceMs = this.cell.runtime.now();
    this.#turns = this.cell.runtime.turns.open(() => this.#turn());
    this.requestTurn();
  }

  /** Asks for a turn when there is something to do in it. */
  requestTurn(): void {
    if (this.#phase !== 'live' || this.#turnRequested || this.#work.envelope !== undefined) return;
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
    this.cell.reporter.report({ type: 'stray-error', error, late }, this);
    this.fail(error);
  }

  deliverToItself(make: () => unknown, from: string, correlation: string | undefined): void {
    try {
      this.cell.deliver(make(), from, correlation, { only: this, kept: true });
    } catch (error) {
      this.fail(error);
    }
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
    this.#work.close();
    this.ties.end();
    this.#turns?.close();
    this.#owed.failAll(new ActorStopped(this.cell.path));
    this.#signal.abort();
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
    this.#work.take(envelope);
    if (envelope.ask !== undefined) this.#owed.add(envelope.ask);
    const hand = { owner: this, correlation: envelope.correlation };
    try {
      const result = this.#host.handle(hand, envelope.message, this.#self);
      if (!isPromise(result)) return this.#handled(envelope, result);
      this.#work.goesOn();
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
    if (this.#work.envelope !== envelope) return;
    this.#host.state = state;
    this.#release(envelope, 'ok');
    if (this.#stopRequested && this.#phase === 'live') this.#exit();
    else this.requestTurn();
  }

  #threw(envelope: Envelope, error: unknown): void {
    if (this.#work.envelope !== envelope) {
      this.cell.reporter.report({ type: 'late', what: typeOf(envelope.message), error }, this);
      return;
    }
    envelope.ask?.fail(new ActorCrashed(this.cell.path, error));
    this.#release(envelope, 'crash');
    if (this.#phase === 'live') this.#crash(error, envelope);
    else this.cell.reporter.crash(this, 'stopping', error, envelope);
  }

  #release(envelope: Envelope, outcome: 'ok' | 'crash'): void {
    this.#work.release();
    this.#running = undefined;
    this.cell.reporter.handled(envelope, this.#work.sinceMs, outcome);
  }

  #crash(error: unknown, envelope?: Envelope): void {
    this.#phase = 'ending';
    this.ties.timers.close();
    this.#owed.failAll(new ActorCrashed(this.cell.path, error));
    this.cell.failed(this, error, envelope);
  }

  #exit(): void {
    this.#phase = 'ending';
    this.ties.timers.close();
    this.cell.exited(this);
  }

  async #end(crashed: boolean): Promise<void> {
    if (this.#phase === 'starting') this.#signal.abort();
    if (this.#phase !== 'over') this.#phase = 'ending';
    this.ties.beginEnd();
    if (crashed) this.ties.failAsked('restarted while it asked');
    await this.#awaitRunning();
    await this.cell.closeChildren();
    if (this.#phase === 'ending') await this.#runStop(this.#patience);
    this.finish();
  }

  /** Waits for the user's code only, never for a restart: two failing siblings would deadlock. */
  async #awaitRunning(): Promise<void> {
    if (this.#running === undefined || this.#phase === 'over') return;
    const { stopTimeoutMs, onHang } = this.cell.spec;
    const limitMs = this.#work.hung && onHang === 'crash' ? 0 : stopTimeoutMs;
    if (await this.#patience.wait(this.#running, limitMs)) return;
    const what = this.#work.typeOr(this.#phase);
    this.cell.reporter.report({ type: 'abandoned', what, limitMs }, this);
    this.#dropHand();
    this.#signal.abort();
  }

  async #runStop(patience: Patience): Promise<void> {
    const hand = { owner: this, correlation: this.cell.correlation };
    const limitMs = this.cell.spec.stopTimeoutMs;
    try {
      if (await this.#host.stop(hand, this.#self, patience, limitMs)) return;
      this.cell.reporter.report({ type: 'abandoned', what: 'stop', limitMs }, this);
    } catch (error) {
      this.cell.reporter.report({ type: 'stop-failed', error }, this);
    }
  }

  #dropHand(): void {
    const { envelope } = this.#work;
    if (envelope !== undefined) this.#release(envelope, 'crash');
  }

  #onHung(): void {
    const { path, reporter, spec } = this.cell;
    const { handlerTimeoutMs: limitMs, onHang } = spec;
    const messageType = this.#work.typeOr(this.#phase);
    reporter.report({ type: 'hung', messageType, limitMs }, this);
    if (onHang === 'crash') this.fail(new HandlerHung(path, messageType, limitMs));
  }
}
