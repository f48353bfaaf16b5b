import { EXIT, ViliError } from '../../errors.ts';

/** The first descriptor that is passed (sd_listen_fds(3)). */
const FIRST_FD = 3;
/** Far more than anybody passes; a larger number is a mistake. */
const MAX_FDS = 64;
/** The name of the users' socket where several are passed: `FileDescriptorName=users` in the socket unit. */
const USERS_NAME = 'users';
const MAX_SHOWN = 40;

/**
 * The descriptor of the listening socket that systemd, or whatever speaks its protocol, has opened for the users of this
 * process: `LISTEN_FDS`, `LISTEN_PID`, and `LISTEN_FDNAMES` where there are several. Null when none is passed, or they are for
 * another process. Throws VILI_LISTEN_FDS when the variables cannot be understood: to open the port in their place would
 * hide the mistake.
 */
export function inheritedSocket(environment: NodeJS.ProcessEnv, pid: number): number | null {
  const { LISTEN_FDS = '', LISTEN_PID = '', LISTEN_FDNAMES = '' } = environment;
  if (LISTEN_FDS === '' || LISTEN_PID === '') return null;
  const owner = positive('LISTEN_PID', LISTEN_PID, Number.MAX_SAFE_INTEGER);
  if (owner !== pid) return null;
  const count = positive('LISTEN_FDS', LISTEN_FDS, MAX_FDS);
  if (count === 1) return FIRST_FD;
  const names = LISTEN_FDNAMES.split(':');
  const found = names.flatMap((name, index) => (name === USERS_NAME ? [index] : []));
  const [index] = found;
  if (index !== undefined && found.length === 1 && index < count) return FIRST_FD + index;
  throw invalid(
    `LISTEN_FDS passes ${count} sockets, and ${found.length} of them are named '${USERS_NAME}' in ` +
      `LISTEN_FDNAMES=${shown(LISTEN_FDNAMES)}; Vili needs one (FileDescriptorName=${USERS_NAME} in the socket unit)`,
  );
}

/** Removes the variables: they are for this process alone, not for those it starts. */
export function forgetInherited(environment: NodeJS.ProcessEnv): void {
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']) delete environment[name];
}

// Private

function positive(name: string, value: string, max: number): number {
  const number = /^[1-9]\d{0,15}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= max) return number;
  throw invalid(`${name}=${shown(value)} is not a whole number from 1 to ${max}`);
}

function shown(value: string): string {
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
}

function invalid(text: string): ViliError {
  return new ViliError('VILI_LISTEN_FDS', text, { exitCode: EXIT.usage });
}
