import { closeSync, constants, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as nodePty from 'node-pty';
import { attempt, messageOf, ViliError } from '../../errors.ts';

/** Wide enough that no shell message wraps. */
const COLUMNS = 200;
const ROWS = 50;
const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;

/** What node-pty's terminals have beside their types. */
interface NodePtyTerminal {
  readonly ptsName: string;
  once(event: string, listener: (...values: unknown[]) => void): void;
}

/** A process with its own controlling terminal: when Vili dies, the kernel hangs it up. */
export interface Pty {
  readonly pid: number;
  onData(listener: (chunk: Buffer) => void): void;
  /** Called once. A death by signal has `signal` > 0 and a meaningless `code` 0. */
  onExit(listener: (end: { code: number; signal: number }) => void): void;
}

/**
 * Throws VILI_PTY_UNAVAILABLE, with the remedy, when node-pty cannot be loaded. node-pty is loaded on
 * demand and not at the top of the file, so that commands that start no servlet work without it.
 */
export function assertPtyAvailable(): void {
  loadNodePty();
}

/** Starts a program with exactly this environment (plus TERM and PWD). Throws VILI_SPAWN_FAILED. */
export function openPty(options: {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}): Pty {
  const { spawn } = loadNodePty();
  let terminal: nodePty.IPty;
  try {
    terminal = spawn(options.program, [...options.parameters], {
      name: 'dumb',
      cols: COLUMNS,
      rows: ROWS,
      cwd: options.folder,
      encoding: null,
      env: { ...options.environment },
    });
  } catch (cause) {
    throw ViliError.cannot('VILI_SPAWN_FAILED', `open a terminal for ${options.program}`, cause);
  }
  holdSlaveSide(terminal);
  ignoreReadErrors(terminal);
  return {
    pid: terminal.pid,
    onData: (listener) => {
      // With `encoding: null` node-pty gives buffers; its types always say string.
      terminal.onData((chunk: unknown) => {
        listener(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
      });
    },
    onExit: (listener) => {
      terminal.onExit(({ exitCode, signal }) => {
        listener({ code: exitCode, signal: signal ?? 0 });
      });
    },
  };
}

// Private

function loadNodePty(): typeof nodePty {
  try {
    return createRequire(import.meta.url)('node-pty') as typeof nodePty;
  } catch (cause) {
    const text =
      "node-pty cannot be loaded; run 'npm rebuild node-pty' in Vili's folder " +
      `(needs python3, make and g++ where no prebuilt binary fits): ${firstLine(messageOf(cause))}`;
    throw new ViliError('VILI_PTY_UNAVAILABLE', text, { cause });
  }
}

/**
 * Keeps the terminal open until the program has exited. With the last descriptor of its slave side the terminal would
 * close and the kernel would hang the program up, although it only gave up its standard input. The dead man's switch
 * needs no such descriptor: when this process ends, the kernel closes the master, and hangs up. Opened in the same turn
 * as the fork, before the master is read; close-on-exec, as every descriptor of Node's. Once the program has exited,
 * node-pty waits for the terminal to close by `once('close')`, which is when it may.
 */
function holdSlaveSide(terminal: nodePty.IPty): void {
  const inner = terminal as unknown as NodePtyTerminal;
  let held = attempt(() => openSync(inner.ptsName, O_RDWR | O_NOCTTY | O_NONBLOCK), null);
  const release = (): void => {
    const descriptor = held;
    held = null;
    if (descriptor !== null) closeSync(descriptor);
  };
  const once = inner.once.bind(inner);
  inner.once = (event, listener) => {
    if (event === 'close') release();
    once(event, listener);
  };
  terminal.onExit(release);
}

/**
 * Without a listener, node-pty throws any read error but EIO into the event loop, which would end
 * Vili. The terminal is a side channel only; the exit arrives separately.
 */
function ignoreReadErrors(terminal: nodePty.IPty): void {
  const emitter = terminal as unknown as { on(event: 'error', listener: () => void): void };
  emitter.on('error', () => {});
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
