import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ResponseHead } from '../http/response-headers.ts';

export interface UpstreamLimits {
  readonly connectTimeoutMs: number;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxHeaderBytes: number;
}

/** A body that comes bit by bit. `destroy` says that nobody wants the rest. */
export interface BodySource extends EventEmitter {
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** One request to running. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  /** Header lines, without what concerns the connection only. */
  readonly lines: string;
  /** False: running's own address is named. */
  readonly namesHost: boolean;
  readonly body: Buffer | BodySource | null;
  /** The body is of unknown length. */
  readonly chunked: boolean;
  /** Of a body in chunks; they are read when it has come to its end. */
  readonly trailers: TrailerSource | null;
  /** The protocol, when a tunnel is asked for, else ''. */
  readonly upgrade: string;
}

export interface TrailerSource {
  readonly names: readonly string[];
  read(): [string, string][];
}

/** What a request to running leads to, in this order; after `onComplete`, `onError` or `onUpgrade` nothing more. */
export interface UpstreamHandler {
  /** It is about to be sent; `abort` ends it, whatever state it is in. */
  onConnect(abort: () => void): void;
  /** The last byte of the request is on its way. */
  onRequestSent(): void;
  /** The first byte of an answer has come. */
  onResponseStarted(): void;
  /** Tells a status from 102 to 199, before the answer. */
  onInterim(status: number, reason: string, fields: readonly string[]): void;
  /** `resume` goes on after `onData` said false. A throw ends the request as a bad answer. */
  onHead(status: number, reason: string, head: ResponseHead, resume: () => void): void;
  /** False pauses. The chunk may not be kept: its memory is used again. */
  onData(chunk: Buffer): boolean;
  /** All that has come so far has been handed over, and the answer is not at its end. */
  onPending(): void;
  onComplete(trailers: readonly string[]): void;
  onError(error: Error): void;
  /** Running has changed the protocol; `fields` are unfiltered. */
  onUpgrade(fields: readonly string[], socket: Duplex): void;
}
