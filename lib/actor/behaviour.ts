import type { Address, End } from './address.ts';
import type { MailboxSpec } from './mail/mailbox.ts';
import type { RestartBudget, SupervisionOptions } from './supervision/restart.ts';

/**
 * What an actor does. The factory that makes it runs anew for every incarnation, so fields of the
 * object start fresh as well.
 */
export interface Behaviour<in M, S> {
  /** Runs at every incarnation, before any message. Throwing is a failed start. */
  start(self: Self<M>): S | Promise<S>;
  /** Returns the next state, or throws: then the actor restarts and this message is dropped. */
  handle(state: S, message: M, self: Self<M>): S | Promise<S>;
  /**
   * Once per incarnation that started, also before a restart, with the last good state. An error
   * thrown here is reported and never fatal.
   */
  stop?(state: S, self: Self<M>): void | Promise<void>;
}

/** What an actor can do: with itself, its children and others. One per incarnation. */
export interface Self<in M> {
  readonly address: Address<M>;
  readonly path: string;
  readonly name: string;
  /** Counts up from 1 with every start. */
  readonly incarnation: number;
  /** Aborted when the incarnation has ended, after its `stop`; at once when it is abandoned. */
  readonly signal: AbortSignal;
  /** Id of the message in hand; while starting, of the message that spawned this actor. */
  readonly correlation: string | undefined;
  /** Sends in this actor's name, with the correlation id of the message in hand or the given one. */
  send<N>(to: Address<N>, message: N, options?: { readonly correlation?: string }): boolean;
  /**
   * Sends a question and waits for the reply. Rejects with ActorCrashed or ActorStopped as soon as
   * the asked actor ends while it owes the reply, MailboxFull, AskTimeout; by default after 3 s.
   */
  ask<N, R>(
    to: Address<N>,
    make: (reply: Address<R>) => NoInfer<N>,
    timeoutMs?: number,
  ): Promise<R>;
  /**
   * Starts a child, after the others. Resolves once its `start` succeeded, with backoff in between;
   * rejects with StartFailed when its budget is used up (a temporary child has one attempt). With an
   * unlimited budget use `pipe`, so that the handler does not wait for it.
   */
  spawn<N>(spec: ChildSpec<N>): Promise<Address<N>>;
  /** The child of this name, also while it starts. The message type is the caller's claim. */
  child<N>(name: string): Address<N> | undefined;
  /** In start order. */
  children(): readonly Address<unknown>[];
  /** Ends a child and all below it, in order; resolves when nothing of it is left. */
  stopChild(name: string): Promise<void>;
  /** A message when the target has ended for good (not at restarts), at once if it already has. */
  watch<N>(target: Address<N>, make: (end: End) => M): () => void;
  /** A message to itself later, only to this incarnation. Returns the way to cancel it. */
  after(ms: number, message: M): () => void;
  /** The same repeatedly; a tick that still waits in the mailbox is not sent twice. */
  every(ms: number, message: M): () => void;
  /** The outcome of work as a message, only to this incarnation, under the same correlation id. */
  pipe<R>(work: Promise<R>, ok: (result: R) => M, failed: (error: unknown) => M): void;
  /** Ends normally after this message: a permanent child starts again, others are gone. */
  stop(): void;
}

/**
 * When a child that ended starts again: always, even after `self.stop()` (`permanent`), only after
 * a crash (`transient`), never (`temporary`).
 */
export type RestartPolicy = 'permanent' | 'transient' | 'temporary';

/** A child as data. Its state is private: no type outside of the behaviour names it. */
export interface ChildSpec<in M> {
  readonly name: string;
  readonly behaviour: () => Behaviour<M, unknown>;
  /** Default permanent. */
  readonly restart?: RestartPolicy;
  /** How this actor supervises its own children. */
  readonly supervision?: SupervisionOptions;
  /** A budget and window of its own, for a child that must not share its supervisor's. */
  readonly restarts?: RestartBudget;
  /** A restart of this actor leaves its children running. Default false. */
  readonly keepChildren?: boolean;
  /** Default 1,000, drop-new. A dropped message is a dead letter. */
  readonly mailbox?: MailboxSpec;
  /** A handler or start longer than this is reported once as `hung`. Default 10,000. */
  readonly handlerTimeoutMs?: number;
  /** What happens to the actor of a hung handler. Default report. */
  readonly onHang?: 'report' | 'crash';
  /**
   * How long an ending actor may finish the message in hand, and again how long its `stop` may
   * take. Then it is abandoned: reported, its late results dropped. Default 5,000.
   */
  readonly stopTimeoutMs?: number;
}

/** A child spec whose state type is still visible: for behaviours written in place. */
export interface ActorSpec<M, S> extends Omit<ChildSpec<M>, 'behaviour'> {
  readonly behaviour: () => Behaviour<M, S>;
}

/** Hides the state type, and infers it from `start` when the behaviour is written in place. */
export function actorSpec<M, S>(spec: ActorSpec<M, S>): ChildSpec<M> {
  return spec;
}
