import { AsyncResource } from 'node:async_hooks';
import { ViliError } from '../errors.ts';
import {
  matchesTrace,
  TRACE_OUTCOMES,
  type TraceFilter,
  type TraceOutcome,
  type TraceRecord,
} from '../model/trace-record.ts';
import { payloadText } from './mail/payload.ts';

export const DEFAULT_SLOW_LOG_SIZE = 128;
const PAYLOAD_LENGTH_MAX = 4000;
/** In the ring; the oldest give way. */
const PAYLOADS_MAX = 1000;

/** Which records to read. */
export interface TraceQuery extends TraceFilter {
  /** Only records after this one. */
  readonly sinceId?: number;
}

export interface TraceSettings {
  /** Records kept, about 75 bytes each. */
  readonly size: number;
  /** A message handled for at least this long goes to the slow log. */
  readonly slowMs: number;
  /** Default 128. */
  readonly slowLogSize?: number;
  /** What may be shown of a message; everything by default. */
  readonly maskText?: (text: string) => string;
}

/** The trace as seen from outside the layer. */
export interface TraceReader {
  /** Oldest first. */
  read(query?: TraceQuery): readonly TraceRecord[];
  /** Calls `listener` for every new record until the returned function is called. */
  follow(listener: (record: TraceRecord) => void): () => void;
  /** A note among the records, for what happened without a message. */
  mark(path: string, text: string, correlation?: string): void;
}

/**
 * The ring of the last messages, kept in columns so that a record costs no allocation. Marks and
 * followed records are the exception; they are few.
 */
export class Trace implements TraceReader {
  readonly #now: () => number;
  readonly #wallTimeOf: (atMs: number) => number;
  readonly #size: number;
  readonly #slowMs: number;
  readonly #slowLogSize: number;
  readonly #numbers: Float64Array;
  readonly #outcomes: Uint8Array;
  readonly #texts: (string | undefined)[];
  readonly #payloads = new Map<number, string>();
  readonly #maskText: (text: string) => string;
  readonly #slow: TraceRecord[] = [];
  readonly #listeners = new Set<(record: TraceRecord) => void>();
  #lastId = 0;
  #notifying = false;

  /** Throws a ViliError (`VILI_TRACE_SIZE`) when a size is not a positive whole number. */
  constructor(
    now: () => number,
    settings: TraceSettings,
    wallTimeOf: (atMs: number) => number = (same) => same,
  ) {
    this.#now = now;
    this.#wallTimeOf = wallTimeOf;
    this.#size = positive('size', settings.size);
    this.#slowMs = settings.slowMs;
    this.#maskText = settings.maskText ?? ((text) => text);
    this.#slowLogSize = positive('slowLogSize', settings.slowLogSize ?? DEFAULT_SLOW_LOG_SIZE);
    this.#numbers = new Float64Array(this.#size * 3);
    this.#outcomes = new Uint8Array(this.#size);
    this.#texts = Array.from({ length: this.#size * 4 });
  }

  write(
    atMs: number,
    from: string,
    to: string,
    type: string,
    correlation: string | undefined,
    waitMs: number,
    handledMs: number,
    outcome: TraceOutcome,
    payload?: unknown,
  ): void {
    const id = (this.#lastId += 1);
    const slot = id % this.#size;
    const numbers = slot * 3;
    this.#numbers[numbers] = this.#wallTimeOf(atMs);
    this.#numbers[numbers + 1] = waitMs;
    this.#numbers[numbers + 2] = handledMs;
    this.#outcomes[slot] = TRACE_OUTCOMES.indexOf(outcome);
    const texts = slot * 4;
    this.#texts[texts] = from;
    this.#texts[texts + 1] = to;
    this.#texts[texts + 2] = type;
    this.#texts[texts + 3] = correlation;
    if (this.#payloads.size > 0) this.#payloads.delete(id - this.#size);
    if (payload !== undefined) this.#keepPayload(id, payload);
    if (handledMs >= this.#slowMs) this.#keepSlow(id);
    if (this.#listeners.size > 0) this.#notifyListeners(id);
  }

  mark(path: string, text: string, correlation?: string): void {
    this.write(this.#now(), path, path, 'mark', correlation, 0, 0, 'ok', text);
  }

  read(query: TraceQuery = {}): readonly TraceRecord[] {
    const limit = query.limit ?? this.#size;
    const oldest = Math.max(this.#lastId - this.#size, query.sinceId ?? 0, 0);
    const found: TraceRecord[] = [];
    for (let id = this.#lastId; id > oldest && found.length < limit; id -= 1) {
      const record = this.#record(id);
      if (matchesTrace(record, query)) found.push(record);
    }
    return found.toReversed();
  }

  follow(listener: (record: TraceRecord) => void): () => void {
    // Runs as code of the follower, not of the actor whose message is recorded.
    const bound = AsyncResource.bind(listener);
    this.#listeners.add(bound);
    return () => this.#listeners.delete(bound);
  }

  /** The latest slow messages, oldest first. */
  slowLog(): readonly TraceRecord[] {
    return [...this.#slow];
  }

  // Private

  #record(id: number): TraceRecord {
    const slot = id % this.#size;
    const text = (column: number): string => this.#texts[slot * 4 + column] ?? '';
    const payload = this.#payloads.get(id);
    return {
      id,
      atMs: this.#numbers[slot * 3] ?? 0,
      from: text(0),
      to: text(1),
      type: text(2),
      correlation: this.#texts[slot * 4 + 3] ?? null,
      waitMs: this.#numbers[slot * 3 + 1] ?? 0,
      handledMs: this.#numbers[slot * 3 + 2] ?? 0,
      outcome: TRACE_OUTCOMES[this.#outcomes[slot] ?? 0] ?? 'ok',
      ...(payload === undefined ? {} : { payload }),
    };
  }

  /** Masked as a whole and cut afterwards: a mask recognizes a secret by what stands around it. */
  #keepPayload(id: number, payload: unknown): void {
    const text = this.#maskText(payloadText(payload));
    const isLong = text.length > PAYLOAD_LENGTH_MAX;
    this.#payloads.set(id, isLong ? `${text.slice(0, PAYLOAD_LENGTH_MAX)}…` : text);
    const [oldest] = this.#payloads.keys();
    if (this.#payloads.size > PAYLOADS_MAX && oldest !== undefined) this.#payloads.delete(oldest);
  }

  #keepSlow(id: number): void {
    this.#slow.push(this.#record(id));
    if (this.#slow.length > this.#slowLogSize) this.#slow.shift();
  }

  /** A listener that sends messages causes records of its own: those are not passed to it. */
  #notifyListeners(id: number): void {
    if (this.#notifying) return;
    this.#notifying = true;
    const record = this.#record(id);
    for (const listener of this.#listeners) {
      try {
        listener(record);
      } catch (error) {
        this.#listeners.delete(listener);
        process.emitWarning(`a trace listener threw and was removed: ${String(error)}`);
      }
    }
    this.#notifying = false;
  }
}

// Private

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new ViliError('VILI_TRACE_SIZE', `trace ${name} ${value} is not 1 or more`);
}
