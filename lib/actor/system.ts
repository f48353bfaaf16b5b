import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { ActorNode } from '../model/actor-tree.ts';
import type { TraceRecord } from '../model/trace-record.ts';
import { type Address, PathAddress } from './address.ts';
import { ask } from './ask.ts';
import type { ChildSpec } from './behaviour.ts';
import type { ActorEvent } from './events.ts';
import type { Cell } from './life/cell.ts';
import {
  type DeadLetterCounts,
  type DeadLetterSettings,
  DeadLetters,
} from './mail/dead-letters.ts';
import type { Hand, Runtime } from './runtime.ts';
import { attachStrayErrors, type ErrorSource } from './stray.ts';
import {
  DEFAULT_SUPERVISION,
  resolveBudget,
  type SupervisionOptions,
} from './supervision/restart.ts';
import { Supervisor } from './supervision/supervisor.ts';
import { Trace, type TraceReader, type TraceSettings } from './trace.ts';
import { nodesOf } from './tree.ts';
import { TurnSource } from './turns.ts';

export interface ActorSystemOptions {
  /** First part of every path. Default `vili`. */
  readonly name?: string;
  /** Milliseconds, with fractions: all durations are differences of it. */
  readonly now?: () => number;
  /** The time of day of a time of `now`, for records; the same when absent. */
  readonly wallTimeOf?: (atMs: number) => number;
  /** In [0, 1); for the jitter of backoffs. */
  readonly random?: () => number;
  readonly trace: TraceSettings;
  readonly deadLetters?: DeadLetterSettings;
  /** Message types so frequent that they must not follow a correlation id: batches, ticks. */
  readonly bulkTypes?: ReadonlySet<string>;
  /** How the actors at the top are supervised. */
  readonly supervision?: SupervisionOptions;
  readonly onEvent?: (event: ActorEvent) => void;
  /** The budget at the top is used up, or an error has no owner: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** All actors of the process: spawns, shows and ends them. */
export class ActorSystem {
  readonly trace: TraceReader;
  readonly #runtime: Runtime;
  readonly #trace: Trace;
  readonly #top: Supervisor;
  readonly #captured = new Set<string>();
  readonly #onEvent: (event: ActorEvent) => void;
  readonly #onFatal: (error: unknown) => void;
  readonly #detach = new Set<() => void>();
  #listenerFailed = false;
  #stopping: Promise<void> | undefined;

  constructor(options: ActorSystemOptions) {
    const now = options.now ?? (() => performance.timeOrigin + performance.now());
    const rootPath = `/${options.name ?? 'vili'}`;
    // Detached from every actor: a failing log must not crash the actor that it reports on.
    this.#onEvent = AsyncResource.bind(options.onEvent ?? (() => {}));
    this.#onFatal = options.onFatal;
    const emit = (event: ActorEvent): void => this.#emit(event);
    this.#trace = new Trace(now, options.trace, options.wallTimeOf);
    this.trace = this.#trace;
    const runtime: Runtime = {
      rootPath,
      now,
      random: options.random ?? Math.random,
      context: new AsyncLocalStorage<Hand>(),
      turns: new TurnSource(),
      trace: this.#trace,
      deadLetters: new DeadLetters(now, this.#trace, emit, options.deadLetters),
      captured: this.#captured,
      bulkTypes: options.bulkTypes ?? new Set(),
      emit,
    };
    this.#runtime = runtime;
    const supervision = resolveBudget(rootPath, DEFAULT_SUPERVISION, options.supervision);
    this.#top = new Supervisor(runtime, rootPath, supervision, (error) => this.#onFatal(error));
  }

  /** Starts an actor at the top, after the others; see `Self.spawn`. */
  async spawn<M>(spec: ChildSpec<M>): Promise<Address<M>> {
    return await this.#top.spawn(spec, undefined);
  }

  /** A question from outside all actors; see `Self.ask`. */
  async ask<N, R>(
    to: Address<N>,
    make: (reply: Address<R>) => NoInfer<N>,
    timeoutMs?: number,
    correlation?: string,
  ): Promise<R> {
    const from = this.#runtime.rootPath;
    return await ask(this.#runtime, { to, make, timeoutMs, from, correlation });
  }

  /** The address of a living actor. */
  find(path: string): Address<unknown> | undefined {
    return this.#cell(path)?.address;
  }

  /**
   * The address of whichever actor has this path, also of one that is not spawned yet: until then messages to it are
   * dead letters. The message type is the caller's claim.
   */
  address<M>(path: string): Address<M> {
    return new PathAddress<M>(this.#runtime, path, (at) => this.#cell(at));
  }

  /** Lets the actor's next turn throw as if its handler had, ahead of its mailbox. False when there is no such actor. */
  crash(path: string, error: Error = new Error(`${path} was crashed on purpose`)): boolean {
    const cell = this.#cell(path);
    if (cell === undefined || cell.doomed) return false;
    cell.poison(error);
    return true;
  }

  /** Switches whether the messages to this path go into the trace as text, now and after respawns. */
  capture(path: string, on: boolean): void {
    if (on) this.#captured.add(path);
    else this.#captured.delete(path);
    this.#cell(path)?.reporter.capture(on);
  }

  tree(): readonly ActorNode[] {
    const nowMs = this.#runtime.now();
    return this.#top.children().flatMap((cell) => nodesOf(cell, nowMs));
  }

  slowLog(): readonly TraceRecord[] {
    return this.#trace.slowLog();
  }

  deadLetters(): DeadLetterCounts {
    return this.#runtime.deadLetters.counts();
  }

  /** Ends an actor at the top and all below it; its name can be spawned again. */
  end(name: string): Promise<void> {
    return this.#top.stopChild(name);
  }

  /** Ends all actors, the last started first; whatever is left at the deadline is abandoned. */
  stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs);
    return this.#stopping;
  }

  /** Uncaught errors crash the actor that caused them; detached again by `stop`. */
  attachProcessHandlers(source: ErrorSource): () => void {
    const detach = attachStrayErrors(this.#runtime, source, this.#onFatal);
    this.#detach.add(detach);
    return detach;
  }

  // Private

  #cell(path: string): Cell | undefined {
    const { rootPath } = this.#runtime;
    if (!path.startsWith(`${rootPath}/`)) return undefined;
    const [first, ...below] = path.slice(rootPath.length + 1).split('/');
    let cell = this.#top.find(first ?? '');
    for (const name of below) cell = cell?.offspring?.find(name);
    return cell;
  }

  async #stop(deadlineMs: number): Promise<void> {
    await this.#top.closeWithin(deadlineMs);
    for (const detach of this.#detach) detach();
    this.#runtime.turns.close();
    this.#runtime.deadLetters.close();
    // Otherwise every promise of the process would carry the context of this system for ever.
    this.#runtime.context.disable();
  }

  #emit(event: ActorEvent): void {
    try {
      this.#onEvent(event);
    } catch (error) {
      if (this.#listenerFailed) return;
      this.#listenerFailed = true;
      process.emitWarning(`the listener for actor events threw: ${String(error)}`);
    }
  }
}
