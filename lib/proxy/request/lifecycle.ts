import type { ProxyContext } from '../context.ts';
import type { Turn } from '../downstream/connection.ts';
import type { RequestHead } from '../http/request-head.ts';
import { NO_SLOT } from '../io/swap-list.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import type { UpstreamJob, UpstreamPool } from '../upstream/pool.ts';
import { type Held, heldBytes } from './hold.ts';

/** A connection, or a stream of one, on which turns come and go. */
export interface TurnOwner {
  /** Whether nobody is there any more to be answered. */
  readonly isGone: boolean;
  done(turn: Turn): void;
}

/**
 * What every request goes through, an ordinary one as well as a tunnel: refused, held or forwarded
 * when its turn comes, a connection to running borrowed and given back, ended exactly once.
 */
export abstract class RequestLifecycle implements Turn, Held, UpstreamJob {
  abstract readonly received: boolean;
  slot = NO_SLOT;
  protected readonly context: ProxyContext;
  protected readonly connection: TurnOwner;
  protected readonly head: RequestHead;
  protected pool: UpstreamPool | null = null;
  protected client: UpstreamClient | null = null;
  protected abort: (() => void) | null = null;
  protected over = false;
  /** It waits to hear whether the running that refused it has ended. */
  protected retryingConnect = false;
  /** It has waited so once. */
  protected waited = false;

  constructor(context: ProxyContext, connection: TurnOwner, head: RequestHead) {
    this.context = context;
    this.connection = connection;
    this.head = head;
  }

  get heldBytes(): number {
    return heldBytes(this.head);
  }

  start(): void {
    const { pool, hold, counts, closing } = this.context;
    if (this.head.rejection !== null) return this.reject(this.head.rejection.status);
    if (pool !== null) return this.enter(pool);
    if (!closing && hold.add(this)) return;
    counts.error('hold-full');
    this.respondUnavailable();
  }

  release(): void {
    const { pool } = this.context;
    if (pool !== null) return this.enter(pool);
    if (!this.retryingConnect) return this.expire();
    this.retryingConnect = false;
    this.start();
  }

  expire(): void {
    if (this.retryingConnect) return this.giveUp();
    this.context.counts.error('hold-timeout');
    this.respondUnavailable();
  }

  abstract dispatchOn(client: UpstreamClient): void;
  abstract noConnection(): void;
  abstract cut(): void;
  abstract gone(): void;
  abstract idle(): boolean;

  /** A request that nobody has got yet is not worth sending for a client that may have gone. */
  halfClosed(): boolean {
    return this.pool !== null;
  }

  abstract broken(status: number): void;

  // Private

  /** Goes on to running, whose pool has been entered. */
  protected abstract forward(pool: UpstreamPool): void;
  /** Answers what must not be forwarded. */
  protected abstract reject(status: number): void;
  /** Answers 502: running refuses, and is not about to be replaced. */
  protected abstract giveUp(): void;
  /** Answers 503: there is no running, or no room to wait for it. */
  protected abstract respondUnavailable(): void;

  /** Ends the request to running, whatever state it is in. */
  protected cancelUpstream(): void {
    this.context.hold.remove(this);
    this.context.connectRetry.remove(this);
    this.pool?.cancel(this);
    this.abort?.();
  }

  protected giveBack(): void {
    const { client } = this;
    this.client = null;
    this.abort = null;
    if (client !== null) this.pool?.release(client);
  }

  /**
   * Nothing was sent, as running refused the connection. Right after it ended by itself that is no
   * answer yet: the request waits for the next running. False when there is no room.
   */
  protected waitForNextRunning(): boolean {
    const { context, pool } = this;
    this.waited = true;
    if (context.closing) return false;
    this.giveBack();
    pool?.leave(this);
    this.pool = null;
    this.retryingConnect = true;
    if (context.pool === pool) return context.connectRetry.add(this);
    this.release();
    return true;
  }

  protected finish(): void {
    if (this.over) return;
    this.over = true;
    this.pool?.leave(this);
    this.connection.done(this);
  }

  private enter(pool: UpstreamPool): void {
    this.retryingConnect = false;
    this.pool = pool;
    pool.enter(this);
    this.forward(pool);
  }
}
