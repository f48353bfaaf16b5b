import { FAILURE_KINDS } from '../model/exchange.ts';
import { USER_OUTCOMES, type UserFailure, type UserOutcome } from '../model/users/failure.ts';
import { SKIP_REASONS, type SkipReason } from './copy/filter.ts';
import type { PreviewCounts } from './preview/previews.ts';
import { Pulse } from './upstream/pulse.ts';

/** What went wrong: on running's side (`FAILURE_KINDS`), on the client's side, or at a limit of the proxy. */
const ERROR_KINDS = [
  ...FAILURE_KINDS,
  'untrusted',
  'client-aborted',
  'client-malformed',
  'client-timeout',
  'hold-full',
  'hold-timeout',
  'overloaded',
  'cut',
  'internal',
] as const;

export type ProxyErrorKind = (typeof ERROR_KINDS)[number];

export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/** At rest `received` = `submitted` + `shed` + the sum of `skipped`. */
export interface ProxyCounts {
  readonly received: number;
  /** Handed to the sink as a complete exchange. */
  readonly submitted: number;
  /** Not collected because the sink was full or the copy budget was exhausted. */
  readonly shed: number;
  readonly skipped: Readonly<Record<SkipReason, number>>;
  /** Responses begun, running's and the proxy's own. */
  readonly responses: Readonly<Record<StatusClass, number>>;
  readonly errors: Readonly<Record<ProxyErrorKind, number>>;
  /** What users got in place of a response of running. */
  readonly failed: Readonly<Record<UserOutcome, number>>;
  /** The latest kinds of that, the last one last. */
  readonly failures: readonly UserFailure[];
  /** Requests repeated on a new connection because a reused one had died. */
  readonly retried: number;
  /** Connections closed at once because there were too many. */
  readonly connectionsRejected: number;
  /** Requests for the version under test, which are in none of the other counts but `received` and `skipped`. */
  readonly preview: PreviewCounts;
  readonly heldNow: number;
  readonly inFlightNow: number;
  /** How often bytes of the present running arrived, and requests that it has not responded to with a byte. */
  readonly heard: number;
  readonly waitingNow: number;
}

/** The proxy's counters, updated in place: no allocation per request. */
export class Counter {
  received = 0;
  submitted = 0;
  shed = 0;
  retried = 0;
  connectionsRejected = 0;
  private readonly skipped = zeros(SKIP_REASONS);
  private readonly responses = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 };
  private readonly errors = zeros(ERROR_KINDS);
  private readonly failed = zeros(USER_OUTCOMES);

  skip(reason: SkipReason): void {
    this.skipped[reason]++;
  }

  error(kind: ProxyErrorKind): void {
    this.errors[kind]++;
  }

  fail(outcome: UserOutcome): void {
    this.failed[outcome]++;
  }

  respond(status: number): void {
    if (status < 200) this.responses['1xx']++;
    else if (status < 300) this.responses['2xx']++;
    else if (status < 400) this.responses['3xx']++;
    else if (status < 500) this.responses['4xx']++;
    else this.responses['5xx']++;
  }

  /** Counts a request that was rejected before it had a head to forward. */
  reject(status: number): void {
    this.received++;
    this.skip('refused');
    this.respond(status);
  }

  snapshot(
    heldNow: number,
    inFlightNow: number,
    failures: readonly UserFailure[] = [],
    { heard, waiting }: Pulse = NO_PULSE,
    preview: PreviewCounts = NO_PREVIEWS,
  ): ProxyCounts {
    return {
      received: this.received,
      submitted: this.submitted,
      shed: this.shed,
      skipped: { ...this.skipped },
      responses: { ...this.responses },
      errors: { ...this.errors },
      failed: { ...this.failed },
      failures,
      retried: this.retried,
      connectionsRejected: this.connectionsRejected,
      preview,
      heldNow,
      inFlightNow,
      heard,
      waitingNow: waiting,
    };
  }
}

// Private

const NO_PULSE = new Pulse();
const NO_PREVIEWS: PreviewCounts = { served: 0, refused: 0, failed: 0 };

function zeros<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
