import { readNumbers, readRecord, readText } from './checkpoint.ts';
import { PartKinds, readParts } from './part.ts';

const BUDGET_EXPONENT = -1.2;
/** The sum of k^-1.2 over all k, so that all budgets together stay below 1. */
const BUDGET_TOTAL = 5.5916;

/** What all signals share about one endpoint; each adds its own as an `EndpointPart`. */
export interface EndpointCounts {
  pairs: number;
  worse: number;
  better: number;
  /** Of the worse ones, denied callers that testing let in. */
  letIn: number;
  /** Running's own record, including requests that were not mirrored. */
  runningRequests: number;
  runningFailures: number;
  /** Running's 95th percentile on the logarithmic scale. */
  p95: number;
  p95Answers: number;
  /** Responses of running before the test. */
  historyAnswers: number;
  /** The code of a `Blocker`; 0 when the endpoint does not block a promotion. */
  hold: number;
}

/** The share of the budget for the k-th endpoint discovered. */
export function endpointBudget(rank: number): number {
  return rank ** BUDGET_EXPONENT / BUDGET_TOTAL;
}

/** What one signal keeps of each endpoint; times are ms since the start of the test. */
export class EndpointPart<T extends object> {
  static readonly kinds = new PartKinds();
  readonly #index: number;

  constructor(blank: () => T) {
    this.#index = EndpointPart.kinds.add(blank);
  }

  /** To be written to. */
  of(endpoint: EndpointEvidence): T {
    return EndpointPart.kinds.own(endpoint.parts, this.#index) as T;
  }

  /** To be read only: of an endpoint of which there is nothing, what all such share. */
  seen(endpoint: EndpointEvidence): Readonly<T> {
    return endpoint.parts[this.#index] as T;
  }
}

/** The evidence of one endpoint; the signals write to it. */
export class EndpointEvidence {
  readonly name: string;
  readonly rank: number;
  readonly budget: number;
  readonly counts: EndpointCounts = {
    pairs: 0,
    worse: 0,
    better: 0,
    letIn: 0,
    runningRequests: 0,
    runningFailures: 0,
    p95: 0,
    p95Answers: 0,
    historyAnswers: 0,
    hold: 0,
  };
  readonly parts: object[];

  /** `parts`: blanks of its own, where all are about to be written. */
  constructor(name: string, rank: number, parts = EndpointPart.kinds.untouched()) {
    this.parts = parts;
    this.name = name;
    this.rank = rank;
    this.budget = endpointBudget(rank);
  }

  /** Everything as JSON. */
  text(): string {
    const { numbers, others } = EndpointPart.kinds.write(this.parts);
    const counts = JSON.stringify(this.counts).slice(0, -1) + numbers;
    return `{"name":${JSON.stringify(this.name)},"rank":${this.rank},"counts":${counts}}${others}}`;
  }

  static restore(data: unknown, where: string): EndpointEvidence {
    const record = readRecord(data, where);
    const { rank } = readNumbers({ rank: 1 }, { rank: record['rank'] }, where);
    const name = readText(record['name'], `${where}.name`);
    const endpoint = new EndpointEvidence(name, rank, EndpointPart.kinds.blanks());
    const numbers = { data: record['counts'], where: `${where}.counts` };
    readNumbers(endpoint.counts, numbers.data, numbers.where);
    readParts(endpoint.parts, numbers, { data: record, where: `${where}.` });
    return endpoint;
  }
}
