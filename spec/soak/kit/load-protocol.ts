/** What the load's process is started with. */
export interface LoadOptions {
  readonly port: number;
  readonly ratePerSecond: number;
  /** Asked in turn. */
  readonly wishes: readonly Wish[];
  /** Every n-th request goes over a new connection that is closed after it; 0: none does. */
  readonly newConnectionEvery: number;
  /** An answer that takes longer has failed, ms. */
  readonly timeoutMs: number;
  /** Every request is sent and recorded, but only so many at once: more have failed. */
  readonly maxInFlight: number;
}

export interface Wish {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Bytes of the request's body; the answer to a POST is the same body again. */
  readonly sends: number;
  /** Bytes that the whole answer must have. */
  readonly gets: number;
}

/** `phase` null: send nothing, and tell when all answers have come. */
export type LoadOrder =
  | { readonly type: 'phase'; readonly phase: string | null }
  | { readonly type: 'finish' };

export type LoadNews =
  | { readonly type: 'ready' }
  | { readonly type: 'resting' }
  | { readonly type: 'result'; readonly result: LoadResult };

/** One entry per request in each column, in the order in which they were due. Times are in ms of one clock. */
export interface LoadResult {
  readonly phases: readonly string[];
  readonly versions: readonly string[];
  readonly phase: Uint16Array;
  /** When it was to be sent; latency counts from here. */
  readonly dueMs: Float64Array;
  /** When it was given to its connection. */
  readonly begunMs: Float64Array;
  /** When the head of its answer was here; NaN: never. */
  readonly headMs: Float64Array;
  /** When the whole answer was here; NaN: it failed. */
  readonly doneMs: Float64Array;
  /** Into `versions`: the answer's `x-version`. */
  readonly version: Uint16Array;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly phase: string;
  readonly wish: string;
  readonly problem: string;
}
