import type { DropReason, Report } from '../wire/protocol.ts';

/** Every copy the gate offered is in exactly one of these. */
export interface Counts {
  readonly mirrored: number;
  readonly dropped: Record<string, number>;
  readonly failed: Record<string, number>;
  readonly inFlight: number;
}

/** Sums over the life of the far side: offered = mirrored + dropped + failed + inFlight. */
export class Accounts {
  #mirrored = 0;
  #inFlight = 0;
  readonly #dropped: Record<string, number> = {};
  readonly #failed: Record<string, number> = {};

  /** A copy went to the worker. */
  accept(): void {
    this.#inFlight++;
  }

  /** Copies never reached the worker. */
  drop(reason: DropReason, count = 1): void {
    add(this.#dropped, reason, count);
  }

  /** What became of accepted copies; returns how many the report is about. */
  settle(report: Report): number {
    let settled = report.mirrored;
    this.#mirrored += report.mirrored;
    for (const [kind, count] of Object.entries(report.failed)) {
      add(this.#failed, kind, count);
      settled += count;
    }
    for (const [reason, count] of Object.entries(report.dropped)) {
      add(this.#dropped, reason, count);
      settled += count;
    }
    this.#inFlight -= settled;
    return settled;
  }

  /** Accepted copies that will never be reported. */
  lose(count: number, reason: DropReason): void {
    this.#inFlight -= count;
    if (count > 0) add(this.#dropped, reason, count);
  }

  counts(): Counts {
    return {
      mirrored: this.#mirrored,
      dropped: { ...this.#dropped },
      failed: { ...this.#failed },
      inFlight: this.#inFlight,
    };
  }
}

// Private

function add(counts: Record<string, number>, key: string, count: number): void {
  counts[key] = (counts[key] ?? 0) + count;
}
