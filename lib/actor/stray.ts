import type { Runtime } from './runtime.ts';

/** The part of `process` that reports errors that nobody caught. */
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
 * the way to detach it again.
 */
export function attachStrayErrors(
  { context }: Pick<Runtime, 'context'>,
  source: ErrorSource,
  onFatal: (error: unknown) => void,
): () => void {
  const listener = (error: unknown): void => {
    const owner = context.getStore()?.owner;
    if (owner === undefined) onFatal(error);
    else owner.stray(error);
  };
  source.on('uncaughtException', listener);
  source.on('unhandledRejection', listener);
  return () => {
    source.off('uncaughtException', listener);
    source.off('unhandledRejection', listener);
  };
}
