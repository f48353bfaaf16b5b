import type { FailureKind } from '../model/exchange.ts';
import type { SkipReason } from './copy/filter.ts';

/** What went wrong, by whose fault: running's (`FailureKind`), the client's, or a limit of the gate. */
export type ProxyErrorKind =
  | FailureKind
  | 'client-aborted'
  | 'client-malformed'
  | 'client-timeout'
  | 'hold-full'
  | 'hold-timeout'
  | 'overloaded'
  | 'cut'
  | 'internal';

export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/** At rest `received` = `submitted` + `shed` + the sum of `skipped`. */
export interface ProxyCounts {
  readonly received: number;
  /** Handed to the sink as a complete exchange. */
  readonly submitted: number;
  /** Not collected, since the sink was full or there was no room. */
  readonly shed: number;
  readonly skipped: Readonly<Record<SkipReason, number>>;
  /** Answers begun, running's and the gate's own. */
  readonly answered: Readonly<Record<StatusClass, number>>;
  readonly errors: Readonly<Record<ProxyErrorKind, number>>;
  /** Requests repeated on a new connection because a reused one had died. */
  readonly retried: number;
  /** Connections closed at once because there were too many. */
  readonly connectionsRefused: number;
  readonly heldNow: number;
  readonly inFlightNow: number;
}

/** The gate's accounts, written in place: no allocation per request. */
export class Counter {
  received = 0;
  submitted = 0;
  shed = 0;
  retried = 0;
  connectionsRefused = 0;
  private readonly skipped: Record<SkipReason, number> = {
    method: 0,
    rule: 0,
    sample: 0,
    health: 0,
    upgrade: 0,
    'no-testing': 0,
    'too-large': 0,
    aborted: 0,
    held: 0,
    refused: 0,
  };
  private readonly answered = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 };
  private readonly errors: Record<ProxyErrorKind, number> = {
    refused: 0,
    timeout: 0,
    reset: 0,
    closed: 0,
    malformed: 0,
    'client-aborted': 0,
    'client-malformed': 0,
    'client-timeout': 0,
    'hold-full': 0,
    'hold-timeout': 0,
    overloaded: 0,
    cut: 0,
    internal: 0,
  };

  skip(reason: SkipReason): void {
    this.skipped[reason]++;
  }

  error(kind: ProxyErrorKind): void {
    this.errors[kind]++;
  }

  answer(status: number): void {
    if (status < 200) this.answered['1xx']++;
    else if (status < 300) this.answered['2xx']++;
    else if (status < 400) this.answered['3xx']++;
    else if (status < 500) this.answered['4xx']++;
    else this.answered['5xx']++;
  }

  snapshot(heldNow: number, inFlightNow: number): ProxyCounts {
    return {
      received: this.received,
      submitted: this.submitted,
      shed: this.shed,
      skipped: { ...this.skipped },
      answered: { ...this.answered },
      errors: { ...this.errors },
      retried: this.retried,
      connectionsRefused: this.connectionsRefused,
      heldNow,
      inFlightNow,
    };
  }
}
