import { messageOf } from '../../errors.ts';
import type { UserOutcome } from '../../model/users/failure.ts';
import type { ProxyContext } from '../context.ts';
import type { Origin } from '../copy/origin.ts';
import type { ProxyErrorKind } from '../counts.ts';
import type { Page } from '../downstream/error-pages.ts';
import type { Turn } from '../downstream/connection.ts';
import type { RequestHead } from '../http/request-head.ts';
import { takeAll } from '../io/contained.ts';
import { NO_SLOT } from '../io/swap-list.ts';
import type { Previews } from '../preview/previews.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import type { UpstreamJob, UpstreamPool } from '../upstream/pool.ts';
import type { Consumer } from '../upstream/places.ts';
import type { Pace } from '../upstream/slow-clients.ts';
import { consumerOf } from './consumer.ts';
import { type Held, heldBytes, type RequestHold } from './hold.ts';

/** A connection, or a stream of one, whose requests take turns. */
export interface TurnOwner {
  readonly consumer: Consumer;
  readonly origin: Origin;
  /** Whether nobody is left to respond to. */
  readonly isGone: boolean;
  done(turn: Turn): void;
  /** The response that is about to begin ends the connection. */
  seal(): void;
}

/**
 * The lifecycle of every request, ordinary or tunnel: rejected, held or forwarded when its turn comes, a
 * connection to running borrowed and given back, ended exactly once.
 */
export abstract class RequestLifecycle implements Turn, Held, UpstreamJob {
  abstract readonly received: boolean;
  slot = NO_SLOT;
  heldUntilMs: number | null = null;
  readonly consumer: Consumer;
  protected readonly context: ProxyContext;
  protected readonly connection: TurnOwner;
  protected readonly head: RequestHead;
  protected pool: UpstreamPool | null = null;
  protected client: UpstreamClient | null = null;
  protected abort: (() => void) | null = null;
  /** The servlet that it went to last. */
  protected instance = '';
  protected over = false;
  /** A byte of a response has come on the present connection. */
  protected responding = false;
  /** Set for a request to the version under test, which counts for nothing else. */
  protected previews: Previews | null = null;
  private isInPreview = false;
  /** It left a running that hangs, and its connection is about to end. */
  private isMoving = false;
  /** It has left a servlet that refused it or hangs: its body is at hand, and the choice to copy it made. */
  protected hasLeft = false;
  private started = false;
  private collapsed = false;
  /** The status for a body that turned out to be malformed before its turn, else 0. */
  private brokenStatus = 0;

  constructor(context: ProxyContext, connection: TurnOwner, head: RequestHead) {
    this.context = context;
    this.connection = connection;
    this.head = head;
    this.consumer = consumerOf(connection.consumer, head.fields.forwardedFor);
  }

  get heldBytes(): number {
    return heldBytes(this.head);
  }

  start(): void {
    this.started = true;
    if (this.brokenStatus !== 0) return this.endBroken(this.brokenStatus);
    if (this.head.rejection !== null) return this.reject(this.head.rejection.status);
    if (this.head.fields.isPreview) return this.startPreview(this.context.previews);
    this.release();
  }

  release(): void {
    const { hold, closing } = this.context;
    const pool = this.poolNow();
    if (pool !== null) return this.enter(pool);
    if (!closing && hold.add(this)) return;
    this.failed('hold-full', '503');
    this.respondUnavailable();
  }

  expire(): void {
    // Only a running that refuses keeps requests waiting.
    if (this.context.pool !== null) return this.giveUp();
    this.failed('hold-timeout', '503');
    this.respondUnavailable();
  }

  /** A tunnel moves at the pace of both ends. */
  pace(_nowMs: number): Pace | null {
    return null;
  }

  cutSlow(): void {}

  abstract dispatchOn(client: UpstreamClient): void;
  abstract noConnection(): void;
  abstract cut(): void;
  abstract gone(): void;
  abstract idle(): boolean;

  /** A request that has not reached running is not worth sending for a client that may be gone. */
  halfClosed(): boolean {
    return this.pool !== null;
  }

  broken(status: number): void {
    if (this.started) this.endBroken(status);
    else this.brokenStatus = status;
  }

  moveOn(): void {
    if (this.over || this.hasLeft || this.responding || !this.mayMove()) return;
    if (this.client === null) {
      if (this.pool?.cancel(this)) this.waitForNextRunning(this.context.hold);
      return;
    }
    this.isMoving = true;
    this.abort?.();
  }

  onResponseStarted(): void {
    this.responding = true;
  }

  drop(): void {
    this.over = true;
    this.neverSent();
  }

  /** Something threw, which nothing is known to do: ends this request, in whatever state, and no other. */
  collapse(error: unknown): void {
    if (this.collapsed) return;
    this.collapsed = true;
    const { onProblem } = this.context;
    takeAll([
      () => this.failed('internal', '502'),
      () => onProblem(`request ${this.head.requestId}: ${messageOf(error)}`),
      () => this.neverSent(),
      () => this.breakOff(),
      () => this.cancelUpstream(),
      () => this.giveBack(),
      () => this.finish(),
    ]);
  }

  // Private

  /** Ends the response to the client: with 502 where none has begun, else so that the client notices. */
  protected abstract breakOff(): void;
  /** Ends a request whose body is malformed, with `status` where no response has begun. */
  protected abstract endBroken(status: number): void;
  /** Whether it can be sent to another running: that does no harm, and nothing of a response has come. */
  protected abstract mayMove(): boolean;
  /** Counts a request that its connection dropped. */
  protected abstract neverSent(): void;
  /** Goes on to running, whose pool has been entered. */
  protected abstract forward(pool: UpstreamPool): void;
  /** Responds to a request that must not be forwarded. */
  protected abstract reject(status: number): void;
  /** Responds to a preview that is not let in. */
  protected abstract refusePreview(page: Page): void;
  /** Responds with 502: running refuses connections. */
  protected abstract giveUp(): void;
  /** Responds with 503: there is no running, or the hold is full. */
  protected abstract respondUnavailable(): void;

  /** Counts what a user gets in place of a response of running. */
  protected failed(cause: ProxyErrorKind, outcome: UserOutcome): void {
    const { counts, failures } = this.context;
    if (this.previews !== null) return this.previews.failed();
    counts.error(cause);
    counts.fail(outcome);
    failures.add(this.instance, cause, outcome, this.head.requestId);
  }

  /** Counts a response, running's or the proxy's own. */
  protected countResponse(status: number): void {
    if (this.previews === null) this.context.counts.respond(status);
  }

  /** Counts what went wrong on the client's side, or at a limit. */
  protected countError(kind: ProxyErrorKind): void {
    if (this.previews === null) this.context.counts.error(kind);
    else this.previews.failed();
  }

  /** Ends the request to running in whatever state. */
  protected cancelUpstream(): void {
    this.context.hold.remove(this);
    this.pool?.cancel(this);
    this.abort?.();
  }

  protected giveBack(): void {
    const { client } = this;
    this.client = null;
    this.abort = null;
    if (client !== null) this.pool?.release(client, this);
  }

  /**
   * Leaves a running that hangs, or that refused the connection, so that nothing was sent: the request goes to the next
   * one, or waits for it. Returns false when it cannot wait.
   */
  protected waitForNextRunning(waiting: Pick<RequestHold, 'add'>): boolean {
    const { context, pool } = this;
    this.hasLeft = true;
    if (context.closing || this.previews !== null) return false;
    this.giveBack();
    pool?.leave(this);
    this.pool = null;
    if (context.pool === pool) return waiting.add(this);
    this.release();
    return true;
  }

  /** Whether the error of its connection is that it moved on, and another running has it. */
  protected hasMovedOn(): boolean {
    const { isMoving } = this;
    this.isMoving = false;
    return isMoving && this.waitForNextRunning(this.context.hold);
  }

  protected finish(): void {
    if (this.over) return;
    this.over = true;
    this.pool?.leave(this);
    if (this.isInPreview) this.previews?.leave();
    this.connection.done(this);
  }

  /** Nothing waits for a version under test, and there is no other one to try. */
  private startPreview(previews: Previews | null): void {
    if (previews === null) return this.reject(503);
    this.previews = previews;
    const entered = previews.enter(this.head.method, this.head.fields.upgrade !== '');
    if ('status' in entered) return this.refusePreview(entered);
    this.isInPreview = true;
    this.enter(entered);
  }

  /** What a servlet of a share refused goes where all other users' requests go. */
  private poolNow(): UpstreamPool | null {
    const { pool, sharing } = this.context;
    if (sharing === null || this.hasLeft) return pool;
    return sharing.poolOf(this.head.headers, this.consumer.address) ?? pool;
  }

  private enter(pool: UpstreamPool): void {
    this.pool = pool;
    this.instance = pool.target.instance;
    pool.enter(this);
    this.forward(pool);
  }
}
