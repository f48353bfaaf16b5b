import type { ActorStatus } from '../../model/actor-tree.ts';
import { ActorAddress } from '../address.ts';
import type { Reply } from '../ask.ts';
import { ActorStopped, MailboxFull } from '../errors.ts';
import type { ActorEvent, Crashed } from '../events.ts';
import { type DeadReason, type Envelope, typeOf } from '../mail/envelope.ts';
import { Mailbox } from '../mail/mailbox.ts';
import type { Runtime } from '../runtime.ts';
import { type ChildSpec, type ResolvedSpec, resolveSpec } from '../spec.ts';
import { DEFAULT_SUPERVISION, resolveBudget } from '../supervision/restart.ts';
import { Supervisor } from '../supervision/supervisor.ts';
import { Incarnation } from './incarnation.ts';
import type { End } from './watch.ts';

const NOTHING_ELSE: Delivery = {};

/** What may hang on a message, besides sender and correlation id. */
export interface Delivery {
  readonly ask?: Reply<never>;
  readonly only?: Incarnation;
  readonly kept?: boolean;
}

/** What an incarnation reports; path, time and incarnation are filled in. */
type Report<E = ActorEvent> = E extends { readonly incarnation: number }
  ? Omit<E, 'atMs' | 'path' | 'incarnation'>
  : never;

/** One actor, through all its restarts: what its address stands for. */
export class Cell {
  readonly runtime: Runtime;
  readonly path: string;
  readonly spec: ResolvedSpec;
  readonly address: ActorAddress<unknown>;
  readonly mailbox: Mailbox;
  /** Id of the message that spawned it. */
  readonly correlation: string | undefined;
  readonly watchers = new Set<(end: End) => void>();
  status: ActorStatus = 'starting';
  life: Incarnation | undefined;
  /** Of its children; made when the first one is spawned. */
  supervisor: Supervisor | undefined;
  restarts = 0;
  /** Started once: from then on its supervisor restarts it, before that `spawn` does. */
  established = false;
  /** Set from outside: the next turn throws this. */
  poison: Error | undefined;
  capture: boolean;
  ended: End | undefined;
  readonly #parent: Supervisor;
  #incarnations = 0;
  #doomed = false;
  #stopping: Promise<void> | undefined;

  constructor(
    runtime: Runtime,
    path: string,
    spec: ChildSpec<never>,
    parent: Supervisor,
    correlation: string | undefined,
  ) {
    this.runtime = runtime;
    this.path = path;
    this.spec = resolveSpec(spec);
    this.#parent = parent;
    this.correlation = correlation;
    this.mailbox = new Mailbox(path, this.spec.mailbox);
    this.capture = runtime.captured.has(path);
    this.address = new ActorAddress(runtime, this);
    resolveBudget(path, DEFAULT_SUPERVISION, this.spec.supervision);
  }

  /** It is being ended for good, or has ended. */
  get doomed(): boolean {
    return this.#doomed;
  }

  ownSupervisor(): Supervisor {
    if (this.supervisor === undefined || this.supervisor.over) {
      const spec = resolveBudget(this.path, DEFAULT_SUPERVISION, this.spec.supervision);
      const escalate = (error: unknown): void => this.life?.fail(error);
      this.supervisor = new Supervisor(this.runtime, this.path, spec, escalate);
    }
    return this.supervisor;
  }

  deliver(
    message: unknown,
    from: string,
    correlation: string | undefined,
    delivery?: Delivery,
  ): boolean {
    const { bulkTypes, now } = this.runtime;
    const isBulk = correlation !== undefined && bulkTypes.has(typeOf(message));
    const id = isBulk ? undefined : correlation;
    // All fields always: one shape of object keeps the engine fast.
    const { ask, only, kept } = delivery ?? NOTHING_ELSE;
    return this.#put({ message, from, correlation: id, sentAtMs: now(), ask, only, kept });
  }

  /** The next message for this incarnation; those meant for an earlier one are buried. */
  takeFor(life: Incarnation): Envelope | undefined {
    let envelope = this.mailbox.shift();
    while (envelope?.only !== undefined && envelope.only !== life) {
      this.#bury(envelope, 'stale');
      envelope = this.mailbox.shift();
    }
    return envelope;
  }

  /** A new incarnation. Throws what its start throws, with nothing of it left. */
  async bringUp(): Promise<Incarnation> {
    this.#incarnations += 1;
    const life = new Incarnation(this, this.#incarnations);
    this.life = life;
    this.status = this.established ? 'restarting' : 'starting';
    try {
      await life.start();
    } catch (error) {
      await life.end(true);
      throw error;
    }
    this.established = true;
    this.status = 'running';
    return life;
  }

  /** Ends the children, unless they outlive a restart of this actor. */
  async closeChildren(): Promise<void> {
    if (this.supervisor === undefined || (this.spec.keepChildren && !this.doomed)) return;
    const { supervisor } = this;
    await supervisor.close();
    if (this.supervisor === supervisor) this.supervisor = undefined;
  }

  /** Ends it for good: in order, once, whoever asks for it. */
  stopForGood(reason: End['reason'], error?: unknown): Promise<void> {
    this.#stopping ??= this.#stop(reason, error);
    return this.#stopping;
  }

  /** Gives up on it at once; what still runs in it is on its own. */
  abandon(limitMs: number): void {
    if (this.ended !== undefined) return;
    for (const child of this.supervisor?.children().toReversed() ?? []) child.abandon(limitMs);
    const { life } = this;
    if (life !== undefined && life.phase !== 'over') {
      this.report({ type: 'abandoned', what: life.inHandType(), limitMs }, life);
      life.finish();
    }
    this.#finish('stopped', undefined);
  }

  failed(life: Incarnation, error: unknown, envelope?: Envelope): void {
    const during = envelope === undefined ? 'stray' : 'handling';
    this.reportCrash(life, during, error, envelope);
    this.status = 'restarting';
    this.#parent.childFailed(this, life, error);
  }

  exited(life: Incarnation): void {
    this.status = 'restarting';
    this.#parent.childExited(this, life);
  }

  // Private

  #put(envelope: Envelope): boolean {
    if (this.doomed) {
      this.#bury(envelope, 'stopped');
      return false;
    }
    const dropped = this.mailbox.push(envelope);
    if (dropped !== undefined) this.#bury(dropped, 'mailbox-full');
    if (dropped === envelope) return false;
    this.life?.requestTurn();
    return true;
  }

  async #stop(reason: End['reason'], error: unknown): Promise<void> {
    this.#doomed = true;
    if (this.ended === undefined) this.status = 'stopping';
    await this.life?.end(false);
    await this.closeChildren();
    this.#finish(reason, error);
  }

  #finish(reason: End['reason'], error: unknown): void {
    if (this.ended !== undefined) return;
    const { path } = this;
    this.#doomed = true;
    this.ended = error === undefined ? { path, reason } : { path, reason, error };
    this.status = 'stopped';
    for (let next = this.mailbox.shift(); next !== undefined; next = this.mailbox.shift()) {
      this.#bury(next, 'stopped');
    }
    for (const notice of this.watchers) notice(this.ended);
    this.watchers.clear();
  }

  #bury(envelope: Envelope, reason: DeadReason): void {
    this.runtime.deadLetters.bury(envelope, this.path, reason);
    if (envelope.ask === undefined) return;
    const full = reason === 'mailbox-full';
    const { path } = this;
    envelope.ask.fail(
      full ? new MailboxFull(path, this.mailbox.spec.limit) : new ActorStopped(path),
    );
  }

  // For its incarnations

  /** Another tick of a timer, unless the last one (which is handed back in) still waits. */
  tick(
    life: Incarnation,
    message: unknown,
    correlation: string | undefined,
    last: Envelope | undefined,
  ): Envelope {
    if (last !== undefined && this.mailbox.has(last)) return last;
    const sentAtMs = this.runtime.now();
    const tick = { message, from: this.path, correlation, sentAtMs, only: life };
    this.#put(tick);
    return tick;
  }

  traceHandled(envelope: Envelope, sinceMs: number, outcome: 'ok' | 'crash'): void {
    const { message, from, correlation, sentAtMs } = envelope;
    const handledMs = this.runtime.now() - sinceMs;
    const payload = this.capture ? message : undefined;
    const waitMs = sinceMs - sentAtMs;
    const type = typeOf(message);
    const { trace } = this.runtime;
    trace.write(sentAtMs, from, this.path, type, correlation, waitMs, handledMs, outcome, payload);
  }

  report(report: Report, life: Incarnation): void {
    const about = { atMs: this.runtime.now(), path: this.path, incarnation: life.number };
    this.runtime.emit({ ...report, ...about });
  }

  reportCrash(
    life: Incarnation,
    during: Crashed['during'],
    error: unknown,
    envelope: Envelope | undefined,
  ): void {
    const messageType = envelope === undefined ? undefined : typeOf(envelope.message);
    const correlation = envelope?.correlation;
    this.report({ type: 'crashed', during, messageType, correlation, error }, life);
  }
}
