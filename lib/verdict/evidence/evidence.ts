import { readNumbers, readRecord } from './checkpoint.ts';
import { Endpoints } from './endpoints.ts';
import { PartKinds, readParts } from './part.ts';

/** What all signals share about all endpoints; each adds its own as a `TotalsPart`. */
export interface Totals {
  pairs: number;
  worse: number;
  better: number;
  /** Endpoints that block a promotion. */
  held: number;
  lastPairAt: number;
  runningRequests: number;
  runningFailures: number;
  /** Running's 95th percentile on the logarithmic scale. */
  p95: number;
  p95Answers: number;
  /** Responses of running before the test. */
  historyRequests: number;
}

/** What one signal keeps over all endpoints; times are ms since the start of the test. */
export class TotalsPart<T extends object> {
  static readonly kinds = new PartKinds();
  readonly #index: number;

  constructor(blank: () => T) {
    this.#index = TotalsPart.kinds.add(blank);
  }

  of(evidence: Evidence): T {
    return evidence.parts[this.#index] as T;
  }
}

/** Everything observed so far: data only. The signals write it, decision and explanation read it. */
export class Evidence {
  readonly totals: Totals = {
    pairs: 0,
    worse: 0,
    better: 0,
    held: 0,
    lastPairAt: 0,
    runningRequests: 0,
    runningFailures: 0,
    p95: 0,
    p95Answers: 0,
    historyRequests: 0,
  };
  readonly endpoints: Endpoints;
  readonly parts: readonly object[] = TotalsPart.kinds.blanks();

  constructor(maxEndpoints: number) {
    this.endpoints = new Endpoints(maxEndpoints);
  }

  /** A checkpoint: JSON in pieces. */
  *pieces(): Generator<string> {
    const { numbers, others } = TotalsPart.kinds.write(this.parts);
    const totals = JSON.stringify(this.totals).slice(0, -1) + numbers;
    yield `{"totals":${totals}}${others},"endpoints":`;
    yield* this.endpoints.pieces();
    yield '}';
  }

  restore(data: unknown): void {
    const record = readRecord(data, 'evidence');
    readNumbers(this.totals, record['totals'], 'totals');
    readParts(this.parts, { data: record['totals'], where: 'totals' }, { data: record, where: '' });
    const endpoints = readRecord(record['endpoints'], 'endpoints');
    this.endpoints.restore(endpoints['discovered'], endpoints['list'], 'endpoints');
  }
}
