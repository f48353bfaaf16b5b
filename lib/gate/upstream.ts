import type { EventEmitter } from 'node:events';

export interface UpstreamLimits {
  readonly connectTimeoutMs: number;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxHeaderBytes: number;
}

/** One request to running. `upgrade` names the protocol when a tunnel is asked for. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer | EventEmitter | null;
  readonly upgrade?: string;
  /** For a body in chunks with trailers behind it; they are read when it has come to its end. */
  readonly trailers?: { readonly names: readonly string[]; read(): [string, string][] };
}

/** What undici calls, low level: header arrays are flat buffers, false pauses, `resume` goes on. */
export interface UpstreamHandler {
  onConnect(abort: () => void): void;
  /** The last byte of the request is on its way. */
  onRequestSent?(): void;
  onResponseStarted(): void;
  onHeaders(status: number, headers: Buffer[], resume: () => void, reason: string): boolean;
  onData(chunk: Buffer): boolean;
  onComplete(trailers: readonly (Buffer | string)[] | null): void;
  onError(error: Error): void;
  onUpgrade(status: number, headers: readonly (Buffer | string)[] | null, socket: unknown): void;
}
