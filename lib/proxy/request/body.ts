import { EventEmitter } from 'node:events';
import { PatientTimer } from '../../runtime/patient-timer.ts';
import { threadTime } from '../../runtime/thread-time.ts';
import type { UserRequest } from '../downstream/types.ts';
import { CHUNKED } from '../http/request-headers.ts';
import { concatenated } from '../io/buffers.ts';
import { contained } from '../io/contained.ts';
import type { Pace } from '../upstream/slow-clients.ts';
import type { BodySource } from '../upstream/types.ts';

/** Bodies up to this size are sent in one write and can be sent again. */
const GATHER_MAX_BYTES = 65_536;
/** A client may wait for a response before it sends more; running then gets what has arrived. */
const GATHER_MAX_MS = 50;
/** How much is still read of a body nobody wants, so that the client gets to read its response. */
const DRAIN_MAX_BYTES = 67_108_864;
const DRAIN_MAX_MS = 10_000;

interface BodyEvents {
  readonly onChunk: (chunk: Buffer) => void;
  /** Something threw while the body was on its way. */
  readonly onThrow: (error: unknown) => void;
}

const NO_EVENTS: BodyEvents = { onChunk: () => {}, onThrow: () => {} };

/**
 * The body of a user's request: gathered while it is small, else streamed. Only this class touches the client's
 * stream, so nothing that happens upstream can destroy the client's connection.
 */
export class RequestBody {
  /** True when the client's last byte has arrived. */
  complete = false;
  private readonly request: UserRequest;
  private readonly length: number;
  private readonly events: BodyEvents;
  private onReady: (() => void) | null = null;
  private gathered: Buffer[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private live: RequestBodySource | null = null;
  private draining = false;
  /** Since when the client is waited for, and what it has sent since. */
  private flowing = { sinceMs: 0, bytes: 0 };

  constructor(request: UserRequest, length: number, events: BodyEvents) {
    this.request = request;
    this.length = length;
    this.events = events;
  }

  /** A body that has already arrived. */
  static whole(request: UserRequest, bytes: Buffer): RequestBody {
    const body = new RequestBody(request, bytes.length, NO_EVENTS);
    body.complete = true;
    body.gathered.push(bytes);
    return body;
  }

  /** Reads until the body is complete, too large to gather, or takes too long; then calls back. */
  gather(onReady: () => void): void {
    this.onReady = onReady;
    const { request } = this;
    const { onThrow } = this.events;
    const take = contained((chunk: Buffer) => this.take(chunk), onThrow);
    const end = contained(() => this.end(), onThrow);
    const ready = contained(() => this.ready(), onThrow);
    request.on('data', take);
    request.on('end', end);
    // The connection reports its end; without a listener node would throw the error.
    request.on('error', () => {});
    if (this.length > GATHER_MAX_BYTES) this.ready();
    else this.timer = setTimeout(ready, GATHER_MAX_MS);
  }

  /** True when it can be sent a second time. */
  get repeatable(): boolean {
    return this.live === null;
  }

  /** What is sent to running; called for each attempt. */
  source(): Buffer | RequestBodySource {
    if (this.complete && this.length !== CHUNKED) {
      return concatenated(this.gathered);
    }
    const source = new RequestBodySource(
      this.gathered,
      this.complete ? null : this,
      this.events.onThrow,
    );
    if (!this.complete) this.live = source;
    return source;
  }

  /** Stops waiting for a body that will not be sent. */
  cancel(): void {
    this.onReady = null;
    clearTimeout(this.timer);
    if (!this.complete) this.drain();
  }

  /** How the client keeps up with sending; null while it is not its turn. */
  pace(nowMs: number): Pace | null {
    const { sinceMs, bytes } = this.flowing;
    if (this.complete || this.draining || this.live === null || this.request.isPaused())
      return null;
    return { ms: nowMs - sinceMs, bytes };
  }

  flow(): void {
    this.flowing = { sinceMs: threadTime.now(), bytes: 0 };
    this.request.resume();
  }

  pause(): void {
    if (!this.draining) this.request.pause();
  }

  /** Reads and discards the rest, up to limits of bytes and time. */
  drain(): void {
    if (this.draining || this.complete) return;
    this.draining = true;
    this.gathered = [];
    this.bytes = 0;
    const timer = new PatientTimer(() => this.request.destroy(), { holdsProcess: false });
    timer.start(DRAIN_MAX_MS);
    this.request.once('close', () => timer.stop());
    this.request.resume();
  }

  // Private

  private take(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.flowing.bytes += chunk.length;
    if (this.draining) {
      if (this.bytes > DRAIN_MAX_BYTES) this.request.destroy();
      return;
    }
    this.events.onChunk(chunk);
    if (this.live !== null) return void this.live.emit('data', chunk);
    this.gathered.push(chunk);
    if (this.bytes > GATHER_MAX_BYTES) this.ready();
  }

  private end(): void {
    this.complete = true;
    clearTimeout(this.timer);
    if (this.live !== null) this.live.finish();
    else this.ready();
  }

  private ready(): void {
    const { onReady } = this;
    if (onReady === null) return;
    this.onReady = null;
    clearTimeout(this.timer);
    if (!this.complete) this.request.pause();
    onReady();
  }
}

/**
 * The body on its way to running. It may be destroyed before its end, for instance when the response comes first:
 * that only drains the client.
 */
class RequestBodySource extends EventEmitter implements BodySource {
  destroyed = false;
  private readonly chunks: Buffer[];
  private readonly rest: RequestBody | null;
  private readonly pumpSafely: () => void;
  private next = 0;
  private flowing = false;
  private scheduled = false;
  private ended = false;

  constructor(chunks: Buffer[], rest: RequestBody | null, onThrow: (error: unknown) => void) {
    super();
    this.pumpSafely = contained(() => this.pump(), onThrow);
    this.chunks = chunks;
    this.rest = rest;
  }

  pause(): this {
    this.flowing = false;
    this.rest?.pause();
    return this;
  }

  resume(): this {
    this.flowing = true;
    if (!this.scheduled) {
      this.scheduled = true;
      process.nextTick(this.pumpSafely);
    }
    return this;
  }

  destroy(): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    if (!this.ended) this.rest?.drain();
    return this;
  }

  /** Ends the source once the client's last byte has been passed on. */
  finish(): void {
    if (this.destroyed || this.ended || this.next < this.chunks.length) return;
    this.ended = true;
    this.emit('end');
  }

  // Private

  private pump(): void {
    this.scheduled = false;
    while (this.flowing && !this.destroyed && this.next < this.chunks.length) {
      this.emit('data', this.chunks[this.next++]);
    }
    if (!this.flowing || this.destroyed) return;
    if (this.rest === null || this.rest.complete) this.finish();
    else this.rest.flow();
  }
}
