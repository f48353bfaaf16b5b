/** What the load process is started with. */
export interface LoadOptions {
  readonly port: number;
  /** Over TLS, whoever signed the certificate. */
  readonly isTls?: boolean;
  readonly ratePerSecond: number;
  /** Sent in turn. */
  readonly shapes: readonly RequestShape[];
  /** Every nth request uses a new connection that is closed afterwards; 0: none does. */
  readonly newConnectionEvery: number;
  /** A response that takes longer has failed, ms. */
  readonly timeoutMs: number;
  /** Requests under way at once; further ones are recorded as failed. */
  readonly maxInFlight: number;
}

export interface RequestShape {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Bytes of the request's body; the response to a POST is the same body. */
  readonly sends: number;
  /** Bytes that the whole response must have. */
  readonly gets: number;
}

/** `phase` null: send nothing, and report when all responses have come. */
export type LoadCommand =
  | { readonly type: 'phase'; readonly phase: string | null }
  | { readonly type: 'finish' };

export type LoadReport =
  | { readonly type: 'ready' }
  | { readonly type: 'resting' }
  | { readonly type: 'result'; readonly result: LoadResult };

/** One entry per request in each column, in the order in which they were due. Times: ms of one clock. */
export interface LoadResult {
  readonly phases: readonly string[];
  readonly versions: readonly string[];
  readonly phase: Uint16Array;
  /** When it was due; latency counts from here. */
  readonly dueMs: Float64Array;
  /** When it was passed to its connection. */
  readonly begunMs: Float64Array;
  /** When the head of its response had arrived; NaN: never. */
  readonly headMs: Float64Array;
  /** When the whole response had arrived; NaN: it failed. */
  readonly doneMs: Float64Array;
  /** Index into `versions`: the `x-version` of the response. */
  readonly version: Uint16Array;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly phase: string;
  readonly request: string;
  readonly problem: string;
  /** When it was passed to its connection, and when it failed; ms, by the clock of the host. */
  readonly fromMs: number;
  readonly untilMs: number;
}
