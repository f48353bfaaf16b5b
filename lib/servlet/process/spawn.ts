import { closeSync, constants, openSync, statSync } from 'node:fs';
import { attempt, ViliError } from '../../errors.ts';
import { renice } from '../../runtime/priority.ts';
import { CODE_PID_FILE } from './exit.ts';
import { identityOf, isAlive, readBootId } from './identity.ts';
import { readEntry, removeRecord, writeRecord } from './pid-records.ts';
import { openPty, type Pty } from './pty.ts';
import { ServletProcess, type SpawnOptions } from './servlet-process.ts';

const SHELL = '/bin/sh';
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/**
 * Records its own identity and then becomes the servlet. Files: $1 stat line, $2 pid file, $3 stdOut, $4 stdErr,
 * $5 failure mark; $6 nice value, $7 CPUs or '', $8 umask; the rest is the command. No value is ever part of the script's text.
 * - The stat line is written before exec: a Vili killed at any moment leaves a child that can be found.
 * - stdin stays on the terminal: with no descriptor on it, the terminal closes and hangs up.
 * - What is for Vili alone gets no rights for others; the servlet has the umask of Vili.
 * - `>>`, never `>`: a truncated log must not get a hole of NUL bytes.
 * - The trap runs only when exec did not happen.
 * - Linux divides CPU time between sessions first, and a nice value counts only within a session unless the
 *   session has one too (sched(7), autogroup). Where autogroup is off, the file does not exist.
 * - taskset (util-linux) execs the command in turn; where it is missing, all CPUs are used.
 * - bash as /bin/sh would add SHLVL to the environment.
 */
const WRAPPER =
  's=$1 p=$2 o=$3 e=$4 f=$5 n=$6 c=$7 m=$8; shift 8; unset SHLVL; ' +
  `trap 'umask 077; echo failed >"$f"' EXIT; umask 077; ` +
  `IFS= read -r l </proc/$$/stat && printf '%s\\n' "$l" >"$s" && umask "$m" && printf '%s\\n' "$$" >"$p" ` +
  `|| exit ${CODE_PID_FILE}; ` +
  '[ "$n" = 0 ] || { printf %s "$n" >/proc/$$/autogroup; } 2>/dev/null; ' +
  '[ -z "$c" ] || ! command -v taskset >/dev/null || set -- taskset -c "$c" "$@"; ' +
  'exec "$@" >>"$o" 2>>"$e"';

/**
 * Starts a servlet with its own terminal. Any fault of the command, the folder or the log files
 * arrives as an exit of kind `not-started`. Throws VILI_PTY_UNAVAILABLE, VILI_SPAWN_FAILED,
 * VILI_LEDGER_WRITE, VILI_COMMAND_INVALID, or VILI_SERVLET_RUNNING when the process recorded under
 * this id is still alive.
 */
export function spawnServlet(options: SpawnOptions): ServletProcess {
  const { instance, pidRecordFolder, command } = options;
  requireCommand(options);
  requireNotRunning(options);
  const paths = writeRecord(pidRecordFolder, {
    id: instance.id,
    tag: options.tag,
    bootId: readBootId(),
    argv: command,
    port: options.port,
    stopTimeoutMs: options.stopTimeoutMs,
  });
  // Missing or not accessible: the exit will show which.
  const stdErrStart = attempt(() => statSync(instance.stdErr).size, 0);
  const startedAtMs = options.now();
  const files = [paths.stat, instance.pidFile, instance.stdOut, instance.stdErr, paths.failed];
  const { nice = 0, processors = '' } = options;
  const umask = process.umask().toString(8).padStart(3, '0');
  const values = [...files, String(nice), processors, umask];
  for (const file of [instance.stdOut, instance.stdErr]) makePrivateFile(file);
  let pty: Pty;
  try {
    pty = openPty({
      program: SHELL,
      parameters: ['-c', WRAPPER, `vili:${instance.id}`, ...values, ...command],
      folder: instance.folder,
      environment: options.environment,
    });
  } catch (error) {
    removeRecord(pidRecordFolder, instance.id);
    throw error;
  }
  // At once, while it is one process with one thread: whatever it becomes inherits the value, and so does what it starts
  // from then on. The command `nice` in the wrapper would hide that a program could not be executed.
  if (nice > 0) renice(pty.pid, nice);
  return new ServletProcess({
    pty,
    identity: identityOf(pty.pid),
    startedAtMs,
    stdErrStart,
    pidRecordPaths: paths,
    ...options,
  });
}

// Private

/** What a servlet prints may hold anything. Where the file cannot be made, the exit will show it. */
function makePrivateFile(file: string): void {
  attempt(() => closeSync(openSync(file, NEW_FILE, 0o600)), undefined);
}

function requireCommand({ command, instance }: SpawnOptions): void {
  const bad = command.find((part) => part.includes('\0'));
  if (command.length > 0 && command[0] !== '' && bad === undefined) return;
  const text = `the command of ${instance.id} is empty or holds a NUL byte: ${JSON.stringify(command)}`;
  throw new ViliError('VILI_COMMAND_INVALID', text);
}

function requireNotRunning({ instance, pidRecordFolder }: SpawnOptions): void {
  const leader = readEntry(pidRecordFolder, instance.id)?.leader;
  if (!leader || !isAlive(leader)) return;
  throw new ViliError(
    'VILI_SERVLET_RUNNING',
    `${instance.id} already runs as pid ${leader.pid}; stop it before starting it again`,
  );
}
