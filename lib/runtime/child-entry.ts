import { ViliError } from '../errors.ts';

/**
 * To be called first in a file that `forkChild` starts: the process has that title, leaves the signals that a terminal or
 * a service manager sends to all processes to Vili, and ends when Vili has ended, however that was. Throws
 * VILI_NOT_STARTED_BY_VILI.
 */
export function becomeChild(title: string): void {
  if (process.send === undefined) {
    throw new ViliError(
      'VILI_NOT_STARTED_BY_VILI',
      `'${title}' is a process that Vili starts itself`,
    );
  }
  process.title = title;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
}
