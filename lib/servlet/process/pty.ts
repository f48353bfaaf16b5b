import { createRequire } from 'node:module';
import type * as nodePty from 'node-pty';
import { messageOf, ViliError } from '../../errors.ts';

/** Wide enough that no shell message wraps. */
const COLUMNS = 200;
const ROWS = 50;

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
