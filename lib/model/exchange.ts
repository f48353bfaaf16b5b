/** Where a servlet listens. `instance` names it in events, e.g. `inventory-1.4.2/1_running`. */
export interface Target {
  readonly instance: string;
  readonly host: string;
  readonly port: number;
}

/** Why a side gave no usable answer. `malformed`: it did not speak HTTP. */
export type FailureKind = 'refused' | 'timeout' | 'reset' | 'closed' | 'malformed';

/**
 * One user request with running's answer, complete, as the gate hands it to the far side. Header
 * arrays are flat (`name, value, name, value`), in order and case as received, hop-by-hop removed.
 */
export interface Exchange {
  readonly requestId: string;
  readonly method: string;
  /** Path and query, verbatim. */
  readonly path: string;
  readonly headers: readonly string[];
  /** Null when the request had no body. */
  readonly body: Buffer | null;
  /** Wall clock when the request was sent to running, ms since the epoch. */
  readonly atMs: number;
  /** Running's status; 0 when it gave no answer, `failure` then says why. */
  readonly status: number;
  readonly failure: FailureKind | null;
  readonly responseHeaders: readonly string[];
  /** Null when larger than the limit of a compared body; `responseDigest` then stands for it. */
  readonly responseBody: Buffer | null;
  readonly responseBytes: number;
  /** Hex SHA-1 of a body that was too large to keep, else null. */
  readonly responseDigest: string | null;
  /** From sending the request to the last byte of running's answer, ms. */
  readonly runningMs: number;
}

/** The far side as the gate sees it. Both calls are cheap, never block and never throw. */
export interface ExchangeSink {
  /** True when a copy would be dropped anyway; the gate then does not even collect it. */
  full(): boolean;
  /** Takes the exchange or drops it; either way the sink counts it exactly once. */
  submit(exchange: Exchange): void;
  /** Counts a copy that `full()` prevented, or the gate had no room for, so that the accounts add up. */
  shed(noRoom?: 'queue-full'): void;
}
