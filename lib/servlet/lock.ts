import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt, codeOf, EXIT, ViliError } from '../errors.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process/identity.ts';

/** Exit code of flock(1) when another process holds the lock. */
const FLOCK_CONFLICT = 1;
const FLOCK_TIMEOUT_MS = 5000;
/** The winner needs some ms to write its pid into the file; the loser waits this long for it. */
const HOLDER_ATTEMPTS = 25;
/** Where nothing but the name of the socket and the file excludes others. */
const PATIENT_ATTEMPTS = 250;
const HOLDER_PAUSE_MS = 20;

export interface Lock {
  /** The open file, for a process that inherits the lock with it (`inheritLock`). */
  readonly file: number;
  /** Takes the name of the socket, too, once the Vili before has left it; gives up after 5 s. */
  takeName(): Promise<void>;
  /** Writes into the file that this process holds it, after another one that shared it has ended. */
  confirm(): void;
  /** Releases the lock; further calls do nothing. The file stays. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a base: one Vili per base. The kernel holds it, in two ways, and so releases it
 * however the holder dies. The file is never deleted, so two starting processes cannot race for a
 * stale one.
 * - An abstract unix socket named after the file: exact, but visible in this network namespace only, and any user may
 *   take the name. So it counts only while the holder that the file names is alive, or where flock(1) is missing.
 * - flock(2) on the file, which also keeps out a Vili in another container on the same volume. Node
 *   has no flock(2): flock(1) locks the open file it inherits, which remains this process's. Hosts
 *   without that program and file systems without locks rely on the socket.
 *
 * Throws VILI_BASE_LOCKED naming the holder's pid, VILI_LOCK_FILE when the file cannot be opened.
 */
export async function acquireLock(
  path: string,
  options: { readonly flockCommand?: string } = {},
): Promise<Lock> {
  // A raw descriptor: the garbage collector would close a FileHandle, and release the lock with it.
  const file = openLockFile(path);
  let socket: Server | null = null;
  try {
    socket = await listenFor(file);
    const holder = socket === null ? await findHolder(path) : null;
    const flocked = holder === null ? flock(file, options.flockCommand ?? 'flock') : 'conflict';
    const isTaken =
      flocked === 'conflict' || (socket === null && !(await mayIgnoreName(path, flocked)));
    if (isTaken) throw await lockedError(path, holder);
  } catch (error) {
    await close(file, socket);
    throw error;
  }
  return held(file, socket);
}

/**
 * The lock of the Vili before, whose open file this process has inherited as descriptor `file`: flock(2) belongs to the
 * open file, so it is held by both until both have closed it. The name of the socket is taken once the other one has
 * left it. Throws VILI_LOCK_FILE when the descriptor is not the lock file of this base.
 */
export function inheritLock(path: string, file: number): Lock {
  const isSame = attempt(() => {
    const [own, named] = [fstatSync(file, { bigint: true }), statSync(path, { bigint: true })];
    return own.dev === named.dev && own.ino === named.ino;
  }, false);
  if (!isSame) throw new ViliError('VILI_LOCK_FILE', `descriptor ${file} is not ${path}`);
  return held(file, null);
}
// Private

function held(file: number, first: Server | null): Lock {
  let socket = first;
  let released: Promise<void> | null = null;
  writeHolder(file);
  return {
    file,
    async takeName() {
      for (let left = PATIENT_ATTEMPTS; left > 0; left--) {
        if (socket !== null || released !== null) return;
        socket = await listenFor(file);
        if (socket === null) await sleep(HOLDER_PAUSE_MS);
      }
    },
    confirm: () => writeHolder(file),
    release: () => {
      released ??= close(file, socket);
      return released;
    },
  };
}

function openLockFile(path: string): number {
  try {
    // Whoever can open the file can lock it.
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // 'a+' creates the file without truncating the pid of a present holder.
    const file = openSync(path, 'a+', 0o600);
    attempt(() => {
      fchmodSync(file, 0o600);
      chmodSync(folder, 0o700);
    }, undefined);
    return file;
  } catch (cause) {
    const options = { exitCode: EXIT.usage };
    throw ViliError.cannot('VILI_LOCK_FILE', `open the lock file ${path}`, cause, options);
  }
}

/** Null when another process listens under this name. */
async function listenFor(file: number): Promise<Server | null> {
  const { dev, ino } = fstatSync(file, { bigint: true });
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    // The leading NUL makes the socket abstract: no file, and the name lives as long as the socket.
    server.listen(`\0vili-lock-${dev}-${ino}`, () => {
      // The lock alone must not keep a process running.
      server.unref();
      resolve(server);
    });
  });
}

function flock(fd: number, command: string): 'locked' | 'conflict' | 'unavailable' {
  const { status, stderr } = spawnSync(command, ['-n', '-x', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    timeout: FLOCK_TIMEOUT_MS,
  });
  if (status === 0) return 'locked';
  // flock(1) is silent on a conflict; it reports any other failure on stderr.
  return status === FLOCK_CONFLICT && stderr.length === 0 ? 'conflict' : 'unavailable';
}

function writeHolder(file: number): void {
  try {
    ftruncateSync(file, 0);
    writeSync(file, `${JSON.stringify(identityOf(process.pid))}\n`);
  } catch {
    // A full disk. The pid only serves the error message of the next starter; the lock holds anyway.
  }
}

async function close(file: number, socket: Server | null): Promise<void> {
  // The file first: the process that gets the socket next must also get the file.
  closeSync(file);
  if (socket !== null) await new Promise((closed) => socket.close(closed));
}

/**
 * The name of the socket is taken, but not by the Vili that the file names: that one is gone. By flock(2) no other
 * Vili has the base, in whatever container; without it, only a file that names a holder excludes one that is starting.
 */
async function mayIgnoreName(path: string, flocked: 'locked' | 'unavailable'): Promise<boolean> {
  if (flocked === 'locked') return true;
  const named = parseHolder(attempt(() => readFileSync(path, 'utf8'), ''));
  return named !== null && (await findHolder(path, PATIENT_ATTEMPTS)) === null;
}

async function lockedError(path: string, known: ProcessIdentity | null): Promise<ViliError> {
  const holder = known ?? (await findHolder(path));
  const who = holder === null ? 'another Vili' : `another Vili with pid ${holder.pid}`;
  return new ViliError(
    'VILI_BASE_LOCKED',
    `${who} works in this base already (it holds ${path}); one Vili per base`,
    { exitCode: EXIT.refused },
  );
}

async function findHolder(
  path: string,
  attempts: number = HOLDER_ATTEMPTS,
): Promise<ProcessIdentity | null> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const holder = parseHolder(await readFile(path, 'utf8').catch(() => ''));
    if (holder !== null && isAlive(holder)) return holder;
    await sleep(HOLDER_PAUSE_MS);
  }
  return null;
}

function parseHolder(text: string): ProcessIdentity | null {
  const value = attempt(() => JSON.parse(text) as Partial<ProcessIdentity> | null, null);
  const { pid, startTime, bootId } = value ?? {};
  if (typeof pid !== 'number' || typeof startTime !== 'string') return null;
  return typeof bootId === 'string' ? { pid, startTime, bootId } : null;
}
