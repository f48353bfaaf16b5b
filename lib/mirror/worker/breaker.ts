import type { BreakerSettings } from '../settings.ts';

export type Admission = 'send' | 'probe' | 'drop';

/**
 * Spares a testing that does not answer: after so many failures in a row no copies are sent except
 * single probes, at growing intervals, so that a dead testing keeps producing evidence.
 */
export interface Breaker {
  /** A copy admitted as `probe` is followed by its result, or by `abandoned`. */
  admit(): Admission;
  /** What `admit` would say, without taking the probe. */
  wouldDrop(): boolean;
  /** True when the failure opened the breaker: what is waiting is better dropped. */
  failed(isProbe: boolean): boolean;
  succeeded(): void;
  /** The probe got no result: it could not be sent. */
  abandoned(): void;
}

export function createBreaker(settings: BreakerSettings, now: () => number): Breaker {
  let failures = 0;
  let waitMs = 0;
  /** Null: closed, copies are sent. */
  let probeAtMs: number | null = null;
  let isProbing = false;

  const wouldDrop = () => probeAtMs !== null && (isProbing || now() < probeAtMs);
  const open = () => {
    const doubled = waitMs === 0 ? settings.backoffInitialMs : waitMs * 2;
    waitMs = Math.min(doubled, settings.backoffMaxMs);
    probeAtMs = now() + waitMs;
    isProbing = false;
  };

  return {
    wouldDrop,
    admit() {
      if (probeAtMs === null) return 'send';
      if (wouldDrop()) return 'drop';
      isProbing = true;
      return 'probe';
    },
    failed(isProbe) {
      failures++;
      if (probeAtMs === null) {
        if (failures < settings.failures) return false;
        open();
        return true;
      }
      // Copies sent before it opened still fail; only the probe's failure makes the wait longer.
      if (isProbe) open();
      return false;
    },
    succeeded() {
      failures = 0;
      waitMs = 0;
      probeAtMs = null;
      isProbing = false;
    },
    abandoned() {
      isProbing = false;
    },
  };
}
