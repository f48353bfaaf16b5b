import { setTimeout as sleep } from 'node:timers/promises';
import { ViliError } from '../../errors.ts';
import type { Exit } from '../process/exit.ts';
import { type ProbeTarget, probeOnce } from './probe.ts';

export interface ReadinessOptions extends ProbeTarget {
  /** For all attempts together, ms. */
  readonly timeoutMs: number;
  /** Pause between the end of one attempt and the next, ms. */
  readonly intervalMs: number;
  /** This many good responses in a row mean ready; at least 1. */
  readonly successes: number;
  readonly signal: AbortSignal;
  /** The end of the servlet, which ends the wait at once. */
  readonly exited: Promise<Exit>;
}

export interface Ready {
  readonly afterMs: number;
  readonly attempts: number;
}

/** The servlet did not become ready in time (VILI_NOT_READY), or ended before (VILI_EXITED_AT_START). */
export class NotReadyError extends ViliError {
  /** Set when the process ended. */
  readonly exit: Exit | null;
  readonly attempts: number;
  readonly afterMs: number;

  constructor(code: string, message: string, facts: Ready & { exit: Exit | null }) {
    super(code, message);
    this.exit = facts.exit;
    this.attempts = facts.attempts;
    this.afterMs = facts.afterMs;
  }

  /** The same with what was found out afterwards. */
  because(text: string): NotReadyError {
    return new NotReadyError(this.code, `${this.message}; ${text}`, this);
  }
}

/**
 * Polls from the first moment until the servlet responds well. Rejects with NotReadyError, whose message
 * contains the elapsed time, the attempts and the last failure, or with the reason of `signal`.
 */
export async function awaitReady(options: ReadinessOptions): Promise<Ready> {
  options.signal.throwIfAborted();
  const ending = new AbortController();
  let exit: Exit | null = null;
  const watchExit = async (): Promise<void> => {
    exit = await options.exited;
    ending.abort();
  };
  void watchExit();
  const progress = await poll(options, AbortSignal.any([options.signal, ending.signal]));
  if (progress.ready) return { afterMs: progress.afterMs, attempts: progress.attempts };
  options.signal.throwIfAborted();
  throw notReady(options, progress, exit);
}

// Private

interface Progress extends Ready {
  readonly ready: boolean;
  /** Result of the last attempt. */
  readonly last: string;
}

async function poll(options: ReadinessOptions, signal: AbortSignal): Promise<Progress> {
  const startMs = performance.now();
  const elapsedMs = (): number => Math.round(performance.now() - startMs);
  let attempts = 0;
  let inRow = 0;
  let last = 'no attempt was made';
  while (!signal.aborted && elapsedMs() < options.timeoutMs) {
    const leftMs = options.timeoutMs - elapsedMs();
    const requestTimeoutMs = Math.min(options.requestTimeoutMs, leftMs);
    const result = await probeOnce({ ...options, requestTimeoutMs }, signal);
    if (signal.aborted) break;
    attempts += 1;
    // A last attempt cut short by the timeout must not hide the result of the one before.
    const cutShort = result.status === null && requestTimeoutMs < options.requestTimeoutMs;
    if (!cutShort || attempts === 1) last = result.text;
    inRow = result.ok ? inRow + 1 : 0;
    if (inRow >= options.successes) return { ready: true, afterMs: elapsedMs(), attempts, last };
    const pauseMs = Math.max(0, Math.min(options.intervalMs, options.timeoutMs - elapsedMs()));
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return { ready: false, afterMs: elapsedMs(), attempts, last };
}

function notReady(options: ReadinessOptions, progress: Progress, exit: Exit | null): NotReadyError {
  const scheme = options.tls === undefined ? 'http' : 'https';
  const url = `${scheme}://${options.host}:${options.port}${options.path ?? '/'}`;
  const seconds = (progress.afterMs / 1000).toFixed(1);
  const tries = `${progress.attempts} attempt${progress.attempts === 1 ? '' : 's'}`;
  const facts = { attempts: progress.attempts, afterMs: progress.afterMs, exit };
  if (exit !== null) {
    const text = `ended before it was ready (${tries} on ${url}): ${exit.text}`;
    return new NotReadyError('VILI_EXITED_AT_START', text, facts);
  }
  const limit = `readiness.timeout ${options.timeoutMs / 1000} s`;
  const text = `not ready after ${seconds} s (${limit}): ${tries} on ${url}, last: ${progress.last}`;
  return new NotReadyError('VILI_NOT_READY', text, facts);
}
