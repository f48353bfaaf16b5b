import type { AsyncLocalStorage } from 'node:async_hooks';
import type { ActorEvent } from './events.ts';
import type { DeadLetters } from './mail/dead-letters.ts';
import type { Trace } from './trace.ts';
import type { TurnSource } from './turns.ts';

/** Whose code runs: follows every callback and promise that the code starts. */
export interface Hand {
  readonly owner: CodeOwner;
  readonly correlation: string | undefined;
}

/** The incarnation of an actor, as the owner of running code. */
export interface CodeOwner {
  /** Of its actor. */
  readonly path: string;
  /** Takes an error of its code that nobody caught. */
  stray(error: unknown): void;
}

/** What all actors of one system share. */
export interface Runtime {
  readonly rootPath: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly context: AsyncLocalStorage<Hand>;
  readonly turns: TurnSource;
  readonly trace: Trace;
  readonly deadLetters: DeadLetters;
  /** Paths whose payloads go into the trace. */
  readonly captured: ReadonlySet<string>;
  /** Types whose messages carry no correlation id. */
  readonly bulkTypes: ReadonlySet<string>;
  emit(event: ActorEvent): void;
}
