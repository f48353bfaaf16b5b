import { codeOf } from '../errors.ts';
import { ControlResponseError } from '../operator/client/client-request.ts';

/** What `vili` exits with; part of its contract with scripts. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  rejected: 3,
  timedOut: 4,
  unreachable: 5,
  refused: 6,
  interrupted: 130,
} as const;

/** Parts of a ViliError's code and the exit code they stand for; the first that fits. */
const CODE_OF_PART: readonly (readonly [part: string, exit: number])[] = [
  ['DAEMON_UNREACHABLE', EXIT.unreachable],
  ['REFUSED', EXIT.refused],
  ['USAGE', EXIT.usage],
  ['CONFIG', EXIT.usage],
  ['BAD_REQUEST', EXIT.usage],
  ['REJECTED', EXIT.rejected],
  ['TIMEOUT', EXIT.timedOut],
  ['TIMED_OUT', EXIT.timedOut],
  ['INTERRUPTED', EXIT.interrupted],
];

/** The exit code for anything a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ControlResponseError && error.status === 409) return EXIT.refused;
  const code = codeOf(error) ?? '';
  if (!code.startsWith('VILI_')) return EXIT.internal;
  return CODE_OF_PART.find(([part]) => code.includes(part))?.[1] ?? EXIT.internal;
}
