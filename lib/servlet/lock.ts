import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EXIT, messageOf, ViliError } from '../errors.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process/identity.ts';

/** What flock(1) ends with when somebody else holds the lock. */
const FLOCK_CONFLICT = 1;
const FLOCK_TIMEOUT_MS = 5000;
/** A winner needs some ms to write its name into the file; so long the loser looks for it. */
const NAME_ATTEMPTS = 25;
const NAME_PAUSE_MS = 20;

export interface Lock {
  /** Gives the lock back; more than one call is harmless. The file stays. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a base: one Vili per base. It is held by the kernel, twice, and so released by
 * the kernel however the holder dies; the file is never deleted, so that two starters cannot race
 * about a stale one.
 * - An abstract unix socket named after the file: exact, but seen in this network namespace only.
 * - flock(2) on the file, which also keeps out a Vili of another container on the same volume. Node
 *   has no flock(2): flock(1) locks the open file it inherits, which stays this process's. Hosts
 *   without that program, or file systems without locks, do with the socket.
 *
 * Throws VILI_BASE_LOCKED naming the holder's pid, VILI_LOCK_FILE when the file cannot be opened.
 */
export async function acquireLock(
  path: string,
  options: { readonly flockCommand?: string } = {},
): Promise<Lock> {
  // A plain descriptor: a FileHandle would be closed by the garbage collector, and the lock with it.
  const file = openLockFile(path);
  let socket: Server | null = null;
  try {
    socket = await listenFor(file);
    const taken = socket === null || flock(file, options.flockCommand ?? 'flock') === 'conflict';
    if (taken) throw await lockedError(path);
  } catch (error) {
    await close(file, socket);
    throw error;
  }
  // Only for the message of the next one, so a full disk is no reason not to start.
  writeHolder(file);
  let released: Promise<void> | null = null;
  return {
    release: () => {
      released ??= close(file, socket);
      return released;
    },
  };
}

// Private

function openLockFile(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // 'a+' creates it without truncating the name of a present holder.
    return openSync(path, 'a+', 0o644);
  } catch (cause) {
    const text = `cannot open the lock file ${path}: ${messageOf(cause)}`;
    throw new ViliError('VILI_LOCK_FILE', text, { cause, exitCode: EXIT.usage });
  }
}

/** Null when another process has the name. */
async function listenFor(file: number): Promise<Server | null> {
  const { dev, ino } = fstatSync(file, { bigint: true });
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    // The leading NUL makes it abstract: no file, the name lives as long as the socket.
    server.listen(`\0vili-lock-${dev}-${ino}`, () => {
      // The lock alone keeps no program running.
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
  // A conflict is silent; any other trouble is told on stderr.
  return status === FLOCK_CONFLICT && stderr.length === 0 ? 'conflict' : 'unavailable';
}

function writeHolder(file: number): void {
  try {
    ftruncateSync(file, 0);
    writeSync(file, `${JSON.stringify(identityOf(process.pid))}\n`);
  } catch {
    // A full disk: the lock holds all the same.
  }
}

async function close(file: number, socket: Server | null): Promise<void> {
  // The file first: whoever gets the socket next also gets the file.
  closeSync(file);
  if (socket !== null) await new Promise((closed) => socket.close(closed));
}

async function lockedError(path: string): Promise<ViliError> {
  const holder = await findHolder(path);
  const who = holder === null ? 'another Vili' : `another Vili with pid ${holder.pid}`;
  return new ViliError(
    'VILI_BASE_LOCKED',
    `${who} works in this base already (it holds ${path}); one Vili per base`,
    { exitCode: EXIT.refused },
  );
}

async function findHolder(path: string): Promise<ProcessIdentity | null> {
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt += 1) {
    const holder = parseHolder(await readFile(path, 'utf8').catch(() => ''));
    if (holder !== null && isAlive(holder)) return holder;
    await sleep(NAME_PAUSE_MS);
  }
  return null;
}

function parseHolder(text: string): ProcessIdentity | null {
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity> | null;
    const { pid, startTime, bootId } = value ?? {};
    if (typeof pid !== 'number' || typeof startTime !== 'string') return null;
    return typeof bootId === 'string' ? { pid, startTime, bootId } : null;
  } catch {
    return null;
  }
}
