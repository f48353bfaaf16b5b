import type { ActorStatus } from '../../model/actor-tree.ts';
import { ActorAddress, type End } from '../address.ts';
import type { ChildSpec } from '../behaviour.ts';
import { type Delivery, type Envelope, typeOf } from '../mail/envelope.ts';
import { Inbox } from '../mail/inbox.ts';
import type { Runtime } from '../runtime.ts';
import { type ResolvedSpec, resolveSpec } from '../spec.ts';
import {
  DEFAULT_SUPERVISION,
  resolveBudget,
  type SupervisionSpec,
} from '../supervision/restart.ts';
import { Incarnation } from './incarnation.ts';
import type { LifeOwner, Offspring } from './owner.ts';
import { type Life, Reporter } from './reporter.ts';

const NOTHING_ELSE: Delivery = {};

/** The children of one actor, under supervision. */
export interface Children extends Offspring {
  /** All of them have ended; no other is taken. */
  readonly over: boolean;
  find(name: string): Cell | undefined;
  /** In start order. */
  children(): readonly Cell[];
  close(): Promise<void>;
}

/** What an actor needs from its supervisor. */
export interface Parent {
  childFailed(cell: Cell, life: Life, error: unknown): void;
  childExited(cell: Cell, life: Life): void;
  /** Makes the supervisor of the children of an actor at `path`; `escalate` takes its failure. */
  supervisorFor(path: string, spec: SupervisionSpec, escalate: (error: unknown) => void): Children;
}

/** One actor through all its restarts: what its address leads to. */
export class Cell implements LifeOwner {
  readonly runtime: Runtime;
  readonly path: string;
  readonly spec: ResolvedSpec;
  readonly address: ActorAddress<unknown>;
  readonly reporter: Reporter;
  /** Id of the message that spawned it. */
  readonly correlation: string | undefined;
  readonly #watchers = new Set<(end: End) => void>();
  readonly #parent: Parent;
  readonly #inbox: Inbox;
  #status: ActorStatus = 'starting';
  #life: Incarnation | undefined;
  #children: Children | undefined;
  #incarnations = 0;
  #restarts = 0;
  /** Started once: from then on its supervisor restarts it, before that `spawn` does. */
  #established = false;
  /** Set from outside: the next turn throws this. */
  #poison: Error | undefined;
  #ended: End | undefined;
  #doomed = false;
  #stopping: Promise<void> | undefined;

  constructor(
    runtime: Runtime,
    path: string,
    spec: ChildSpec<never>,
    parent: Parent,
    correlation: string | undefined,
  ) {
    this.runtime = runtime;
    this.path = path;
    this.spec = resolveSpec(spec);
    this.#parent = parent;
    this.correlation = correlation;
    this.reporter = new Reporter(runtime, path);
    this.#inbox = new Inbox(path, this.spec.mailbox, runtime.deadLetters);
    this.address = new ActorAddress(runtime, this);
    resolveBudget(path, DEFAULT_SUPERVISION, this.spec.supervision);
  }

  get status(): ActorStatus {
    return this.#status;
  }

  /** The present incarnation, or the last one. */
  get life(): Incarnation | undefined {
    return this.#life;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get established(): boolean {
    return this.#established;
  }

  get ended(): End | undefined {
    return this.#ended;
  }

  /** It is being ended for good, or has ended. */
  get doomed(): boolean {
    return this.#doomed;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#inbox.length;
  }

  get hasWork(): boolean {
    return this.#inbox.length > 0 || this.#poison !== undefined;
  }

  get offspring(): Children | undefined {
    return this.#children;
  }

  ownOffspring(): Children {
    if (this.#children === undefined || this.#children.over) {
      const spec = resolveBudget(this.path, DEFAULT_SUPERVISION, this.spec.supervision);
      const escalate = (error: unknown): void => this.#life?.fail(error);
      this.#children = this.#parent.supervisorFor(this.path, spec, escalate);
    }
    return this.#children;
  }

  onEnd(listener: (end: End) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** Lets the next turn fail with `error`, ahead of the mailbox. */
  poison(error: Error): void {
    this.#poison = error;
    this.#life?.requestTurn();
  }

  takePoison(): Error | undefined {
    const poison = this.#poison;
    this.#poison = undefined;
    return poison;
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

  takeFor(life: Life): Envelope | undefined {
    return this.#inbox.takeFor(life);
  }

  /** A new incarnation. Throws what its start throws, with nothing of it left. */
  async bringUp(): Promise<Incarnation> {
    this.#incarnations += 1;
    const life = new Incarnation(this, this.#incarnations);
    this.#life = life;
    this.#status = this.#established ? 'restarting' : 'starting';
    try {
      await life.start();
    } catch (error) {
      await life.end(true);
      throw error;
    }
    this.#established = true;
    this.#status = 'running';
    return life;
  }

  /** Brings it up again after a failure, and reports that. */
  async restart(): Promise<void> {
    const life = await this.bringUp();
    this.#restarts += 1;
    this.reporter.report({ type: 'restarted', restarts: this.#restarts }, life);
  }

  /** Ends the present incarnation, because another one will follow. */
  async bringDown(): Promise<void> {
    this.#status = 'restarting';
    await this.#life?.end(true);
    this.backOff();
  }

  /** Waits for its next start. */
  backOff(): void {
    if (!this.#doomed) this.#status = 'backoff';
  }

  /** Ends the children, unless they outlive a restart of this actor. */
  async closeChildren(): Promise<void> {
    const children = this.#children;
    if (this.spec.keepChildren && !this.#doomed) return;
    await children?.close();
    if (this.#children === children) this.#children = undefined;
  }

  /** Ends it for good: in order, and once however often it is called. */
  stopForGood(reason: End['reason'], error?: unknown): Promise<void> {
    this.#stopping ??= this.#stop(reason, error);
    return this.#stopping;
  }

  /** Gives up on it at once; code of it that still runs is on its own. */
  abandon(limitMs: number): void {
    if (this.#ended !== undefined) return;
    for (const child of this.#children?.children().toReversed() ?? []) child.abandon(limitMs);
    const life = this.#life;
    if (life !== undefined && life.phase !== 'over') {
      const what = life.work.typeOr(life.phase);
      this.reporter.report({ type: 'abandoned', what, limitMs }, life);
      life.finish();
    }
    this.#finish('stopped', undefined);
  }

  failed(life: Life, error: unknown, envelope?: Envelope): void {
    this.reporter.crash(life, envelope === undefined ? 'stray' : 'handling', error, envelope);
    this.#status = 'restarting';
    this.#parent.childFailed(this, life, error);
  }

  exited(life: Life): void {
    this.#status = 'restarting';
    this.#parent.childExited(this, life);
  }

  tick(
    life: Life,
    message: unknown,
    correlation: string | undefined,
    last: Envelope | undefined,
  ): Envelope {
    if (last !== undefined && this.#inbox.has(last)) return last;
    const sentAtMs = this.runtime.now();
    const tick = { message, from: this.path, correlation, sentAtMs, only: life };
    this.#put(tick);
    return tick;
  }

  // Private

  #put(envelope: Envelope): boolean {
    const isKept = this.#inbox.put(envelope);
    if (isKept) this.#life?.requestTurn();
    return isKept;
  }

  async #stop(reason: End['reason'], error: unknown): Promise<void> {
    this.#doom();
    if (this.#ended === undefined) this.#status = 'stopping';
    await this.#life?.end(false);
    await this.closeChildren();
    this.#finish(reason, error);
  }

  #doom(): void {
    this.#doomed = true;
    this.#inbox.close();
  }

  #finish(reason: End['reason'], error: unknown): void {
    if (this.#ended !== undefined) return;
    this.#doom();
    this.#ended = { path: this.path, reason, ...(error === undefined ? {} : { error }) };
    this.#status = 'stopped';
    this.#inbox.clear();
    for (const notice of this.#watchers) notice(this.#ended);
    this.#watchers.clear();
  }
}
