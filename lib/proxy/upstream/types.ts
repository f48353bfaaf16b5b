import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { FlatHeaders } from '../../model/headers.ts';
import type { ResponseHead } from '../http/response-headers.ts';

export interface UpstreamSettings {
  readonly connectTimeoutMs: number;
  /** From the end of the request to the head of running's response; then 504. Accurate to about 2 s. */
  readonly headTimeoutMs: number;
  /** Silence in the middle of running's response; then the client's connection breaks. */
  readonly idleTimeoutMs: number;
  /** Connections to one running; further requests wait for one up to `connectTimeoutMs`. */
  readonly maxConnections: number;
}

export interface UpstreamLimits extends UpstreamSettings {
  readonly maxHeaderBytes: number;
}

/** A body that arrives in pieces. `destroy` means that nobody wants the rest. */
export interface BodySource extends EventEmitter {
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** One request to running. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  /** Header lines, without those that concern only the connection. */
  readonly lines: string;
  /** When false, `Host` is running's own address. */
  readonly namesHost: boolean;
  readonly body: Buffer | BodySource | null;
  /** The body is of unknown length. */
  readonly chunked: boolean;
  /** Of a chunked body; read at its end. */
  readonly trailers: TrailerSource | null;
  /** The client reads trailers of the response, which one of HTTP/1.0 cannot: they need chunks. */
  readonly acceptsTrailers: boolean;
  /** The protocol when a tunnel is requested, else ''. */
  readonly upgrade: string;
}

export interface TrailerSource {
  readonly names: readonly string[];
  read(): [string, string][];
}

/** The events of a request to running, in this order; `onComplete`, `onError` and `onUpgrade` are the last. */
export interface UpstreamHandler {
  /** The request is about to be sent; `abort` ends it in whatever state. */
  onConnect(abort: () => void): void;
  /** The last byte of the request has been written. */
  onRequestSent(): void;
  /** The first byte of a response has arrived. */
  onResponseStarted(): void;
  /** A status from 102 to 199 has arrived, before the response. */
  onInterim(status: number, reason: string, fields: FlatHeaders): void;
  /** `resume` continues after `onData` returned false. A throw ends the request as a bad response. */
  onHead(status: number, reason: string, head: ResponseHead, resume: () => void): void;
  /** Returns false to pause. The chunk may not be kept: its memory is reused. */
  onData(chunk: Buffer): boolean;
  /** All that has arrived so far has been handed over, and the response is not complete. */
  onPending(): void;
  onComplete(trailers: FlatHeaders): void;
  onError(error: Error): void;
  /** Running has changed the protocol; `fields` are unfiltered. */
  onUpgrade(fields: FlatHeaders, socket: Duplex): void;
}
