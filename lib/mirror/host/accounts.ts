import type { DropReason, Report } from '../wire/protocol.ts';

/** Every copy that the proxy offered is in exactly one of these. */
export interface MirrorCounts {
  readonly mirrored: number;
  readonly dropped: Record<string, number>;
  readonly failed: Record<string, number>;
  readonly inFlight: number;
}

/** Sums over the life of the mirror: offered = mirrored + dropped + failed + inFlight. */
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
    addTo(this.#dropped, reason, count);
  }

  /** Counts what became of accepted copies. Returns how many the report covers. */
  settle(report: Report): number {
    let settled = report.mirrored;
    this.#mirrored += report.mirrored;
    for (const [kind, count] of Object.entries(report.failed)) {
      addTo(this.#failed, kind, count);
      settled += count;
    }
    for (const [reason, count] of Object.entries(report.dropped)) {
      addTo(this.#dropped, reason, count);
      settled += count;
    }
    this.#inFlight -= settled;
    return settled;
  }

  /** Accepted copies will never be reported. */
  lose(count: number, reason: DropReason): void {
    this.#inFlight -= count;
    if (count > 0) addTo(this.#dropped, reason, count);
  }

  counts(): MirrorCounts {
    return {
      mirrored: this.#mirrored,
      dropped: { ...this.#dropped },
      failed: { ...this.#failed },
      inFlight: this.#inFlight,
    };
  }
}

/** Adds to one count of a table. */
export function addTo(counts: Record<string, number>, key: string, count: number): void {
  counts[key] = (counts[key] ?? 0) + count;
}
