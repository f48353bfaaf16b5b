import { setMaxListeners } from 'node:events';
import type { Reply } from './ask.ts';
import type { Cell } from './cell.ts';
import { settlesWithin } from './deadline.ts';
import { type Envelope, typeOf } from './envelope.ts';
import { ActorCrashed, ActorStopped, HandlerHung } from './errors.ts';
import { HangWatch } from './hang-watch.ts';
import type { Hand } from './runtime.ts';
import { createSelf, type Self } from './self.ts';
import type { Behaviour } from './spec.ts';
import { Timers } from './timers.ts';
import type { Turns } from './turns.ts';

type Phase = 'starting' | 'live' | 'ending' | 'over';

/**
 * One life of an actor, from a start to its end: the state, the handler that runs, and all that
 * must end with it. What arrives after the end belongs to nobody and is dropped.
 */
export class Incarnation {
  readonly cell: Cell;
  readonly number: number;
  readonly timers = new Timers();
  /** Questions this incarnation took in hand and has not answered. */
  readonly owed = new Set<Reply<never>>();
  /** Questions this incarnation asked. */
  readonly asked = new Set<Reply<never>>();
  /** Run when the incarnation begins to end. */
  readonly onEnding = new Set<() => void>();
  phase: Phase = 'starting';
  inHand: Envelope | undefined;
  inHandSinceMs = 0;
  upSinceMs: number | undefined;
  hung = false;
  readonly #self: Self<never>;
  readonly #hangWatch: HangWatch;
  #behaviour: Behaviour<never, unknown> | undefined;
  #state: unknown;
  #started = false;
  #turns: Turns | undefined;
  #turnRequested = false;
  #stopRequested = false;
  #running: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #failStart: ((error: unknown) => void) | undefined;
  #abort: AbortController | undefined;

  constructor(cell: Cell, number: number) {
    this.cell = cell;
    this.number = number;
    this.#self = createSelf(this);
    const { now } = cell.runtime;
    this.#hangWatch = new HangWatch(now, cell.spec.handlerTimeoutMs, () => this.#onHung());
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      setMaxListeners(0, this.#abort.signal);
      if (this.phase === 'over') this.#abort.abort();
    }
    return this.#abort.signal;
  }

  /** Correlation id of the message in hand, or of the message that spawned the actor. */
  get correlation(): string | undefined {
    return this.inHand === undefined ? this.cell.correlation : this.inHand.correlation;
  }

  /** Runs the behaviour's `start`; throws what it throws, or ActorStopped when ended meanwhile. */
  async start(): Promise<void> {
    this.inHandSinceMs = this.cell.runtime.now();
    this.#hangWatch.begin(this.inHandSinceMs);
    const ended = new Promise<never>((_resolve, reject) => {
      this.#failStart = reject;
    });
    const started = this.#runStart();
    this.#running = started;
    try {
      await Promise.race([started, ended]);
    } finally {
      this.#hangWatch.end();
    }
    this.#failStart = undefined;
    this.#running = undefined;
    this.hung = false;
    this.phase = 'live';
    this.upSinceMs = this.cell.runtime.now();
    this.#turns = this.cell.runtime.turns.open(() => this.#turn());
    this.requestTurn();
  }

  /** Asks for a turn when there is something to do in it. */
  requestTurn(): void {
    if (this.phase !== 'live' || this.#turnRequested || this.inHand !== undefined) return;
    const { mailbox, poison } = this.cell;
    if (mailbox.length === 0 && poison === undefined && !this.#stopRequested) return;
    this.#turnRequested = true;
    this.#turns?.request();
  }

  requestStop(): void {
    this.#stopRequested = true;
    this.requestTurn();
  }

  /** From outside of a handler: a stray error, an escalation, a hang. */
  fail(error: unknown): void {
    if (this.phase === 'starting') this.#failStart?.(error);
    else if (this.phase === 'live') this.#crash(error);
  }

  /** Ends this life: message in hand, children, `stop`, signal. The same promise for every caller. */
  end(crashed: boolean): Promise<void> {
    this.#ending ??= this.#end(crashed);
    return this.#ending;
  }

  /** Ends it now: whatever still runs is on its own. */
  finish(): void {
    if (this.phase === 'over') return;
    this.#leaveHand();
    this.phase = 'over';
    this.timers.close();
    this.#hangWatch.close();
    this.#failStart?.(new ActorStopped(this.cell.path));
    this.#turns?.close();
    this.#runOnEnding();
    failAll(this.owed, new ActorStopped(this.cell.path));
    failAll(this.asked, new ActorStopped(this.cell.path, 'ended before it got an answer'));
    this.#abort?.abort();
  }

  // Private

  async #runStart(): Promise<void> {
    const hand: Hand = { owner: this, correlation: this.cell.correlation };
    await this.cell.runtime.context.run(hand, async () => {
      this.#behaviour = this.cell.spec.behaviour();
      this.#state = await this.#behaviour.start(this.#self);
      this.#started = true;
    });
    // Abandoned while it started: nobody else will release what it has just acquired.
    if (this.phase === 'over') await this.#runStop();
  }

  #turn(): void | Promise<void> {
    this.#turnRequested = false;
    if (this.phase !== 'live') return undefined;
    const { poison } = this.cell;
    if (poison !== undefined) {
      this.cell.poison = undefined;
      return this.#crash(poison);
    }
    if (this.#stopRequested) return this.cell.exited(this);
    const envelope = this.cell.takeFor(this);
    if (envelope === undefined) return undefined;
    this.inHand = envelope;
    this.inHandSinceMs = this.cell.runtime.now();
    if (envelope.ask !== undefined) this.#owe(envelope.ask);
    const hand: Hand = { owner: this, correlation: envelope.correlation };
    try {
      const result = this.cell.runtime.context.run(hand, callHandle, this, envelope.message);
      if (!isPromise(result)) return this.#handled(envelope, result);
      this.#hangWatch.begin(this.inHandSinceMs);
      return (this.#running = this.#settle(result, envelope));
    } catch (error) {
      return this.#threw(envelope, error);
    }
  }

  async #settle(result: Promise<unknown>, envelope: Envelope): Promise<void> {
    try {
      this.#handled(envelope, await result);
    } catch (error) {
      this.#threw(envelope, error);
    }
  }

  #handled(envelope: Envelope, state: unknown): void {
    if (this.inHand !== envelope) return;
    this.#state = state;
    this.#record(envelope, 'ok');
    if (this.#stopRequested && this.phase === 'live') this.cell.exited(this);
    else this.requestTurn();
  }

  #threw(envelope: Envelope, error: unknown): void {
    if (this.inHand !== envelope) {
      this.cell.report({ type: 'late', what: 'error of an ended handler', error }, this);
      return;
    }
    envelope.ask?.fail(new ActorCrashed(this.cell.path, error));
    this.#record(envelope, 'crash');
    if (this.phase === 'live') this.#crash(error, envelope);
    else this.cell.reportCrash(this, 'stopping', error, envelope);
  }

  #record(envelope: Envelope, outcome: 'ok' | 'crash'): void {
    this.inHand = undefined;
    this.hung = false;
    this.#running = undefined;
    this.#hangWatch.end();
    this.cell.traceHandled(envelope, this.inHandSinceMs, outcome);
  }

  #crash(error: unknown, envelope?: Envelope): void {
    this.phase = 'ending';
    this.timers.close();
    failAll(this.owed, new ActorCrashed(this.cell.path, error));
    this.cell.failed(this, error, envelope);
  }

  async #end(crashed: boolean): Promise<void> {
    const starting = this.phase === 'starting';
    if (this.phase !== 'over') this.phase = 'ending';
    this.timers.close();
    this.#runOnEnding();
    this.#failStart?.(new ActorStopped(this.cell.path, 'was stopped while it started'));
    if (crashed) failAll(this.asked, new ActorStopped(this.cell.path, 'crashed while it asked'));
    if (starting) this.#abort?.abort();
    await this.#awaitRunning();
    await this.cell.closeChildren();
    if (this.#started && this.phase === 'ending') await this.#runStop();
    this.finish();
  }

  /** Waits for the user's code only, never for a restart: two failing siblings would deadlock. */
  async #awaitRunning(): Promise<void> {
    const limitMs =
      this.hung && this.cell.spec.onHang === 'crash' ? 0 : this.cell.spec.stopTimeoutMs;
    if (this.#running === undefined || (await settlesWithin(this.#running, limitMs))) return;
    this.cell.report({ type: 'abandoned', what: this.inHandType(), limitMs }, this);
    this.#leaveHand();
    this.#abort?.abort();
  }

  async #runStop(): Promise<void> {
    const limitMs = this.cell.spec.stopTimeoutMs;
    const hand: Hand = { owner: this, correlation: this.cell.correlation };
    const stopped = this.cell.runtime.context.run(hand, async () => {
      await this.#behaviour?.stop?.(this.#state, this.#self);
    });
    const reported = stopped.catch((error: unknown) => {
      this.cell.report({ type: 'stop-failed', error }, this);
    });
    if (await settlesWithin(reported, limitMs)) return;
    this.cell.report({ type: 'abandoned', what: 'stop', limitMs }, this);
  }

  #leaveHand(): void {
    const envelope = this.inHand;
    if (envelope === undefined) return;
    this.#record(envelope, 'crash');
  }

  #runOnEnding(): void {
    for (const listener of this.onEnding) listener();
    this.onEnding.clear();
  }

  #owe(reply: Reply<never>): void {
    this.owed.add(reply);
    reply.onSettled(() => this.owed.delete(reply));
  }

  inHandType(): string {
    return this.inHand === undefined ? 'start' : typeOf(this.inHand.message);
  }

  #onHung(): void {
    this.hung = true;
    const { spec, path } = this.cell;
    const limitMs = spec.handlerTimeoutMs;
    const messageType = this.inHandType();
    this.cell.report({ type: 'hung', messageType, limitMs }, this);
    if (spec.onHang === 'crash') this.fail(new HandlerHung(path, messageType, limitMs));
  }

  /** For `callHandle`, which is no method so that a turn allocates no closure. */
  handle(message: unknown): unknown {
    return this.#behaviour?.handle(this.#state, message as never, this.#self);
  }
}

// Private

function callHandle(incarnation: Incarnation, message: unknown): unknown {
  return incarnation.handle(message);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

function failAll(replies: Set<Reply<never>>, error: unknown): void {
  for (const reply of replies) reply.fail(error);
  replies.clear();
}
