import { codeOf } from '../errors.ts';

/**
 * Whose fault it is that a version cannot be copied, prepared or started. `place`: the host, the base folder or a
 * setting, which any version would meet here; it is waited out. `version`: the server file itself.
 */
export type Fault = 'place' | 'version';

/** Causes that lie in the server file or in how it was delivered. */
const OF_VERSION: ReadonlySet<string> = new Set([
  'VILI_SERVER_FILE_GONE',
  'VILI_SERVER_FILE_CHANGED',
  'VILI_SERVER_FILE_TRUNCATED',
  'VILI_OUTSIDE_BASE',
  'VILI_NOT_EXECUTABLE',
  'VILI_COMMAND_INVALID',
  'VILI_LAUNCH_EMPTY',
]);

/** Causes that lie in the place, and that arrive without the operating system's own error. */
const OF_PLACE: ReadonlySet<string> = new Set([
  'VILI_PORTS_EXHAUSTED',
  'VILI_DISK_SHORT',
  'VILI_PROPERTIES_UNREADABLE',
  'VILI_SERVER_FILE_MISSING',
  'VILI_INTERPRETER_MISSING',
  'VILI_PTY_UNAVAILABLE',
  'VILI_SPAWN_FAILED',
  'VILI_SERVLET_RUNNING',
  'VILI_LEDGER_WRITE',
  'VILI_LEDGER_RECORD',
  'VILI_FORK_FAILED',
]);

/** `ENOSPC`, `EMFILE`, `EACCES`, …: what the operating system answers says nothing about a version. */
const OF_SYSTEM = /^E[A-Z0-9]+$/;
/** An error that is its own cause would be followed for ever. */
const MAX_CAUSES = 10;

/** The outermost cause that is known decides; an error without one is held against the version, as a crash is. */
export function faultOf(error: unknown): Fault {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    const code = codeOf(cause) ?? '';
    if (OF_VERSION.has(code)) return 'version';
    if (OF_PLACE.has(code) || OF_SYSTEM.test(code)) return 'place';
    ({ cause } = cause);
  }
  return 'version';
}
