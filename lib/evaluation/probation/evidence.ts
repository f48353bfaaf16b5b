import type { Reason } from '../../model/reason.ts';
import type { VerdictReport } from '../../verdict/report.ts';
import { RESOURCES } from '../../model/servlet-facts.ts';
import { growthCodeOf } from '../../verdict/signals/process/growth.ts';

/** Growth that would hold a promotion for so long counts against a version that users have. */
export const LASTING_MS = 180_000;
/** Logs are compared only while so much is copied: a version logs what it does for all requests. */
const NEARLY_ALL = 0.99;
const KNOWN_REQUESTS = 100;
/** Older responses count half, so that the share follows the traffic. */
const HALVED_AT = 2000;

/** What copies do to whom they go to: that is nobody's fault but Vili's here. */
const NO_REASONS: ReadonlySet<string> = new Set(['running-hurt']);
/** Not where it is part of a path or a name. */
const SIDE = /(?<![\w./-])(?:testing|running)(?![\w/-])/g;
const GROWTH: ReadonlySet<string> = new Set(RESOURCES.map(growthCodeOf));

/** In the reasons of a probation both versions have their names: neither of them is under test. */
export function reasonsWithNames(
  reasons: readonly Reason[],
  version: string,
  previous: string,
): readonly Reason[] {
  return reasons
    .filter(({ code }) => !NO_REASONS.has(code))
    .map(({ text, ...reason }) => {
      const named = text.replaceAll(SIDE, (side) => (side === 'testing' ? version : previous));
      return { ...reason, text: named };
    });
}

/** What of the evidence on a version that users have takes them off it, beside what rejects a version under test. */
export class ProbationEvidence {
  #requests = 0;
  #copied = 0;
  #growsSinceMs: number | null = null;

  /** The version responded to a user. */
  responded(isCopied: boolean): void {
    this.#requests++;
    if (isCopied) this.#copied++;
    if (this.#requests < HALVED_AT) return;
    this.#requests /= 2;
    this.#copied /= 2;
  }

  /** Whether previous got nearly the same requests, so that what both log can be compared. */
  get isNearlyAllCopied(): boolean {
    return this.#requests >= KNOWN_REQUESTS && this.#copied >= NEARLY_ALL * this.#requests;
  }

  /**
   * The reasons, or null. Growth holds a promotion for a while before it rejects a version, which serves nobody then:
   * here it takes users with it in the end.
   */
  worse(
    { decision, reasons }: VerdictReport,
    nowMs: number,
    lastingMs: number,
  ): readonly Reason[] | null {
    const growth = reasons.filter(({ code, accept }) => GROWTH.has(code) && accept !== undefined);
    if (growth.length === 0) this.#growsSinceMs = null;
    else this.#growsSinceMs ??= nowMs;
    if (decision === 'reject') return reasons;
    const sinceMs = this.#growsSinceMs;
    return sinceMs !== null && nowMs - sinceMs >= lastingMs ? growth : null;
  }
}
