export type ActorStatus =
  | 'starting'
  | 'running'
  | 'restarting'
  | 'backoff'
  | 'stopping'
  | 'stopped';

/** One actor as it is now. */
export interface ActorNode {
  readonly path: string;
  readonly status: ActorStatus;
  /** Messages that wait. */
  readonly mailbox: number;
  readonly restarts: number;
  /** Counts the first start and the restarts: 1 for an actor that never crashed. */
  readonly incarnation: number;
  /** The message that is being handled, and for how long already, ms. */
  readonly inHand: { readonly type: string; readonly sinceMs: number } | null;
  /** The message in hand, or the start, takes longer than its limit. */
  readonly hung: boolean;
}

/** An actor and all actors below it. */
export interface ActorTree extends ActorNode {
  readonly children: readonly ActorTree[];
}
