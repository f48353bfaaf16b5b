import { ViliError } from '../errors.ts';

/**
 * Must be the first call in a file that `forkChild` starts: sets the process title, ignores the signals that a terminal or
 * a service manager sends to every process (they are Vili's to handle), and exits, or does what is given instead, once Vili
 * has ended, for whatever reason. Throws VILI_NOT_STARTED_BY_VILI.
 */
export function becomeChild(title: string, onParentGone = (): void => process.exit(0)): void {
  if (process.send === undefined) {
    throw new ViliError(
      'VILI_NOT_STARTED_BY_VILI',
      `'${title}' is a process that only Vili itself starts`,
    );
  }
  process.title = title;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', onParentGone);
  // Vili may have ended while this file was being loaded.
  if (!process.connected) onParentGone();
}
