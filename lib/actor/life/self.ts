import { ActorAddress, type Address } from '../address.ts';
import { ask, type Reply, sendAs } from '../ask.ts';
import { ActorStopped } from '../errors.ts';
import type { Envelope } from '../mail/envelope.ts';
import type { ChildSpec } from '../spec.ts';
import type { Incarnation } from './incarnation.ts';
import { type End, watch } from './watch.ts';

/** What an actor can do: with itself, its children and others. One per incarnation. */
export interface Self<in M> {
  readonly address: Address<M>;
  readonly path: string;
  readonly name: string;
  /** Counts up from 1 with every start. */
  readonly incarnation: number;
  /** Aborted when the incarnation has ended, after its `stop`; at once when it is given up. */
  readonly signal: AbortSignal;
  /** Id of the message in hand; while starting, of the message that spawned this actor. */
  readonly correlation: string | undefined;
  /** Sends in this actor's name, with the correlation id of the message in hand or the given one. */
  send<N>(to: Address<N>, message: N, options?: { readonly correlation?: string }): boolean;
  /**
   * Sends a question and waits for the answer to the reply address. Rejects with ActorCrashed or
   * ActorStopped as soon as the asked actor ends while it owes the answer, MailboxFull, AskTimeout.
   */
  ask<N, R>(to: Address<N>, make: (reply: Address<R>) => NoInfer<N>, timeoutMs: number): Promise<R>;
  /**
   * Starts a child, after the others. Resolves once its `start` succeeded, with backoff in between;
   * rejects with StartFailed when its budget is used up (a temporary child has one attempt). With an
   * endless budget use `pipe`, so that the handler does not wait for it.
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
  /** A message to itself later, only to this incarnation. Returns what cancels it. */
  after(ms: number, message: M): () => void;
  /** The same again and again; a tick that still waits in the mailbox is not sent twice. */
  every(ms: number, message: M): () => void;
  /** The outcome of work as a message, only to this incarnation, under the same correlation id. */
  pipe<R>(work: Promise<R>, ok: (result: R) => M, failed: (error: unknown) => M): void;
  /** Ends normally after this message: a permanent child starts again, others are gone. */
  stop(): void;
}

export function createSelf(life: Incarnation): Self<never> {
  const { cell } = life;
  const { runtime } = cell;
  return {
    address: cell.address,
    path: cell.path,
    name: cell.spec.name,
    incarnation: life.number,
    get signal() {
      return life.signal;
    },
    get correlation() {
      return life.correlation;
    },
    send: (to, message, options) =>
      sendAs(to, message, cell.path, options?.correlation ?? life.correlation),
    ask: <N, R>(to: Address<N>, make: (reply: Address<R>) => NoInfer<N>, timeoutMs: number) => {
      const { correlation } = life;
      const pending = (reply: Reply<never>): void => keepAsked(life, reply);
      return ask(runtime, { to, make, timeoutMs, from: cell.path, correlation, pending });
    },
    spawn: (spec) => untilEnding(life, () => cell.ownSupervisor().spawn(spec, life.correlation)),
    child: (name) => cell.supervisor?.find(name)?.address,
    children: () => [...(cell.supervisor?.children() ?? [])].map((child) => child.address),
    stopChild: async (name) => await cell.supervisor?.stopChild(name),
    watch: <N>(target: Address<N>, make: (end: End) => never) =>
      watch(life, ActorAddress.cellOf(target), target.path, make),
    after: (ms, message) => {
      const { correlation } = life;
      return life.timers.after(ms, () => {
        cell.deliver(message, cell.path, correlation, { only: life, kept: true });
      });
    },
    every: (ms, message) => {
      const { correlation } = life;
      let last: Envelope | undefined;
      return life.timers.every(ms, () => {
        last = cell.tick(life, message, correlation, last);
      });
    },
    pipe: (work, ok, failed) => pipe(life, work, ok, failed),
    stop: () => life.requestStop(),
  };
}

// Private

function keepAsked(life: Incarnation, reply: Reply<never>): void {
  if (life.phase === 'over') {
    reply.fail(new ActorStopped(life.cell.path, 'has ended and cannot ask'));
    return;
  }
  life.asked.add(reply);
}

/** A handler that waits for a child's start must not hold up the end of its own actor. */
async function untilEnding<T>(life: Incarnation, begin: () => Promise<T>): Promise<T> {
  if (life.phase === 'ending' || life.phase === 'over') {
    throw new ActorStopped(life.cell.path, 'ends and starts no child');
  }
  let onEnding: (() => void) | undefined;
  const ending = new Promise<never>((_resolve, reject) => {
    onEnding = () => reject(new ActorStopped(life.cell.path, 'ended while a child started'));
    life.onEnding.add(onEnding);
  });
  try {
    return await Promise.race([begin(), ending]);
  } finally {
    if (onEnding !== undefined) life.onEnding.delete(onEnding);
  }
}

function pipe<R>(
  life: Incarnation,
  work: Promise<R>,
  ok: (result: R) => never,
  failed: (error: unknown) => never,
): void {
  const { cell, correlation } = life;
  const back = (make: () => never): void => {
    try {
      cell.deliver(make(), cell.path, correlation, { only: life, kept: true });
    } catch (error) {
      life.fail(error);
    }
  };
  work.then(
    (result) => back(() => ok(result)),
    (error: unknown) => back(() => failed(error)),
  );
}
