import type { HeaderBlock } from '../http/headers.ts';

/** As much of a user's request as the gate needs, of whatever version of HTTP it came by. */
export interface UserRequest {
  /** 0 for HTTP/1.0, else 1. */
  readonly httpVersionMinor: number;
  /** Whether the body has come to its end. */
  readonly complete: boolean;
  /** Flat; known once the body is complete. */
  readonly rawTrailers: readonly string[];
  /** The body, if it was there together with the head; null when it comes bit by bit. */
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

/** As much of the answer to a user. Interim headers are flat. */
export interface UserResponse {
  sendDate: boolean;
  /** Whether trailers can follow: the length of the body is not told in advance. */
  readonly chunkedEncoding: boolean;
  writeContinue(): void;
  /** Tells a status from 102 to 199 with its headers, before the answer. */
  writeInterim(status: number, reason: string, headers: readonly string[]): void;
  /**
   * The head of the answer. `closes`: its connection ends behind it. `isOpenEnded`: there is a body, of a length
   * that no header tells. Throws for a head that cannot be sent.
   */
  begin(
    status: number,
    reason: string,
    fields: HeaderBlock,
    closes: boolean,
    isOpenEnded: boolean,
  ): void;
  flushHeaders(): void;
  write(chunk: Buffer): boolean;
  addTrailers(trailers: [string, string][]): void;
  end(): unknown;
  end(chunk: Buffer): unknown;
  end(text: string, encoding: 'latin1'): unknown;
  /** Breaks the answer off, for the client to see. */
  destroy(): unknown;
  once(event: 'drain', listener: () => void): unknown;
}
