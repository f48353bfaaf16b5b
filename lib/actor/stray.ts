import type { Runtime } from './runtime.ts';

/** Late errors reported per incarnation: an interval that nobody cleared fires for ever. */
export const LATE_ERRORS_REPORTED = 10;

/** The part of `process` that tells of errors nobody caught. */
export interface ErrorSource {
  on(
    event: 'uncaughtException' | 'unhandledRejection',
    listener: (error: unknown) => void,
  ): unknown;
  off(
    event: 'uncaughtException' | 'unhandledRejection',
    listener: (error: unknown) => void,
  ): unknown;
}

/**
 * Gives every uncaught error (of a timer, socket, stream, child process or promise) to the actor
 * whose code started it: that incarnation crashes. Without an owner it goes to `onFatal`. Returns
 * what detaches it again.
 */
export function attachStrayErrors(
  runtime: Runtime,
  source: ErrorSource,
  onFatal: (error: unknown) => void,
): () => void {
  const listener = (error: unknown): void => {
    const owner = runtime.context.getStore()?.owner;
    if (owner === undefined) {
      onFatal(error);
      return;
    }
    const late = owner.phase !== 'live' && owner.phase !== 'starting';
    if (late) owner.lateErrors += 1;
    if (owner.lateErrors > LATE_ERRORS_REPORTED) return;
    owner.cell.report({ type: 'stray-error', error, late }, owner);
    owner.fail(error);
  };
  source.on('uncaughtException', listener);
  source.on('unhandledRejection', listener);
  return () => {
    source.off('uncaughtException', listener);
    source.off('unhandledRejection', listener);
  };
}
