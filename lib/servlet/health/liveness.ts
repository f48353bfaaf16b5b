import { setTimeout as sleep } from 'node:timers/promises';
import { type ProbeTarget, probeOnce } from './probe.ts';

export interface LivenessOptions extends ProbeTarget {
  /** Pause between the end of one probe and the next, ms. */
  readonly intervalMs: number;
  /** This many failures in a row mean unhealthy; at least 1. */
  readonly failures: number;
  /** Called once when the servlet becomes unhealthy, with the result of the last probe. */
  readonly onUnhealthy: (report: { readonly failures: number; readonly text: string }) => void;
  /** Called once when the servlet responds again after that. */
  readonly onHealthy: () => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Watches a ready servlet: being alive as a process is not enough, it must keep responding.
 * A slow response within `requestTimeoutMs` is healthy. Resolves when `signal` is aborted.
 */
export async function watchLiveness(options: LivenessOptions): Promise<void> {
  const { signal } = options;
  let inRow = 0;
  let unhealthy = false;
  while (!signal.aborted) {
    await sleep(options.intervalMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const result = await probeOnce(options, signal);
    if (signal.aborted) return;
    inRow = result.ok ? 0 : inRow + 1;
    if (result.ok && unhealthy) {
      unhealthy = false;
      options.onHealthy();
    } else if (inRow >= options.failures && !unhealthy) {
      unhealthy = true;
      options.onUnhealthy({ failures: inRow, text: result.text });
    }
  }
}
