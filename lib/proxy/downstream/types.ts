import type { FlatHeaders } from '../../model/headers.ts';
import type { HeaderBlock } from '../http/headers.ts';

/** The parts of a user's request that the proxy needs, whatever the version of HTTP. */
export interface UserRequest {
  /** 0 for HTTP/1.0, else 1. */
  readonly httpVersionMinor: number;
  /** Whether the body is complete. */
  readonly complete: boolean;
  /** Known once the body is complete. */
  readonly rawTrailers: FlatHeaders;
  /** The body, if it arrived together with the head; null when it arrives in pieces. */
  readonly whole?: Buffer | null;
  isPaused(): boolean;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** The parts of the response to a user that the proxy needs. */
export interface UserResponse {
  sendDate: boolean;
  /** Whether trailers can follow, since the head does not give the length of the body. */
  readonly chunkedEncoding: boolean;
  writeContinue(): void;
  /** Sends an interim response with a status from 102 to 199. */
  writeInterim(status: number, reason: string, headers: FlatHeaders): void;
  /**
   * Takes the head of the response. `closes`: the connection ends after it. `open`: there is a body whose length no
   * header gives. Throws for a head that cannot be sent.
   */
  begin(status: number, reason: string, block: HeaderBlock, closes: boolean, open: boolean): void;
  flushHeaders(): void;
  write(chunk: Buffer): boolean;
  addTrailers(trailers: [string, string][]): void;
  end(): unknown;
  end(chunk: Buffer): unknown;
  end(text: string, encoding: 'latin1'): unknown;
  /** Breaks the response off so that the client notices. */
  destroy(): unknown;
  once(event: 'drain', listener: () => void): unknown;
}
