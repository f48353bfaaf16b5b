import { accessSync, existsSync, constants as fsConstants, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { openRegular } from '../../base/state/regular-file.ts';
import { attempt } from '../../errors.ts';
import { findCommand, missingInterpreter } from '../executable.ts';

/** Exit codes of the wrapper: our own, and the shell's when it cannot exec the servlet (POSIX 2.8.2). */
export const CODE_PID_FILE = 125;
const CODE_NOT_EXECUTABLE = 126;
const CODE_NOT_FOUND = 127;
/** A shell or a JVM ended by signal n exits with 128 + n. */
const CODE_SIGNAL_BASE = 128;
/** How much of the end of stdErr is read to find its last line. */
const TAIL_BYTES = 8192;
const MAX_LINE_LENGTH = 200;

/**
 * How a servlet ended. `not-started`: the command never ran, so a restart would not help. `place-fault`: nor did it, but
 * for want of space, a folder or a program of the host. `infrastructure-failure`: Vili itself caused the end. Neither of
 * the two says anything about the version.
 */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Wall clock when the end was noticed, ms since the epoch. */
  readonly atMs: number;
  /** One sentence without a full stop that gives the true cause. */
  readonly text: string;
  readonly kind: 'exit' | 'signal' | 'not-started' | 'place-fault' | 'infrastructure-failure';
}

/** For a servlet that never became a process. */
export function exitNotStarted(text: string, atMs: number): Exit {
  return { code: null, signal: null, atMs, text, kind: 'not-started' };
}

/** For a servlet that never became a process, since something of this place was missing. */
export function exitPlaceFault(text: string, atMs: number): Exit {
  return { code: null, signal: null, atMs, text, kind: 'place-fault' };
}

/** For a servlet that the kernel has hung up, or that was not started, because a part of Vili ended. */
export function exitInfrastructureFailure(text: string, atMs: number): Exit {
  return { code: null, signal: null, atMs, text, kind: 'infrastructure-failure' };
}

/** Everything known once the servlet is gone. */
export interface ExitFacts {
  readonly code: number;
  /** 0 for none. A signal comes with code 0, so check it first. */
  readonly signal: number;
  readonly atMs: number;
  readonly elapsedMs: number;
  /** The wrapper failed or never ran. */
  readonly wrapperFailed: boolean;
  readonly command: readonly string[];
  readonly folder: string;
  /** PATH of the servlet. */
  readonly searchPath: string;
  readonly stdOut: string;
  readonly stdErr: string;
  /** Size of stdErr when the servlet started: everything before is from earlier runs. */
  readonly stdErrStart: number;
  readonly pidFile: string;
  readonly ttyTail: string;
}

/** Finds the true cause of an exit and states it in one sentence. */
export async function describeExit(facts: ExitFacts): Promise<Exit> {
  const { code, atMs } = facts;
  const after = `after ${(facts.elapsedMs / 1000).toFixed(1)} s`;
  if (facts.signal !== 0) {
    const signal = signalName(facts.signal) ?? `signal ${facts.signal}`;
    return { code: null, signal, atMs, kind: 'signal', text: `killed by ${signal} ${after}` };
  }
  const lastLine = meaningfulLine(await readTail(facts.stdErr, facts.stdErrStart));
  const isExecCode = code === CODE_NOT_FOUND || code === CODE_NOT_EXECUTABLE;
  const reason = isExecCode ? execFailure(facts) : null;
  if (reason !== null) return { code, signal: null, atMs, kind: 'not-started', text: reason };
  const missing = facts.wrapperFailed ? placeFault(facts) : null;
  if (missing !== null) return { code, signal: null, atMs, kind: 'place-fault', text: missing };
  if (facts.wrapperFailed) {
    const detail = meaningfulLine(facts.ttyTail) || lastLine || 'no further message';
    const text = `not started (code ${code}): ${detail}`;
    return { code, signal: null, atMs, kind: 'not-started', text };
  }
  const signal = code > CODE_SIGNAL_BASE ? signalName(code - CODE_SIGNAL_BASE) : undefined;
  const meaning = signal === undefined ? '' : ` (${signal})`;
  const text = `exited with code ${code}${meaning} ${after}${lastLine === '' ? '' : `: ${lastLine}`}`;
  return { code, signal: null, atMs, kind: 'exit', text };
}

// Private

/**
 * The most informative line of an error output: the last one that is not a stack frame, an
 * indented detail or Node's version banner.
 */
function meaningfulLine(output: string): string {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  const isDetail = (line: string): boolean => /^(\s|[\])}]+\s*$|Node\.js v\d)/.test(line);
  const line = lines.findLast((each) => !isDetail(each)) ?? lines.at(-1) ?? '';
  return line
    .trim()
    .replace(/[\p{Cc}\p{Bidi_C}]/gu, ' ')
    .slice(0, MAX_LINE_LENGTH);
}

/** What the wrapper missed in the instance folder: a full disk, or a folder that somebody removed. */
function placeFault(facts: ExitFacts): string | null {
  if (!isFolder(facts.folder)) return `folder missing: ${facts.folder}`;
  for (const file of [facts.stdOut, facts.stdErr]) {
    if (!isFolder(dirname(file))) return `log folder missing: ${dirname(file)}`;
    if (!isWritable(file)) return `log file cannot be written: ${file}`;
  }
  return facts.code === CODE_PID_FILE ? `pid file cannot be written: ${facts.pidFile}` : null;
}

/**
 * Why the shell could not run the command, or null when the servlet itself ended with this code.
 * Not every shell runs its trap after a failed exec, so the file is checked too.
 */
function execFailure(facts: ExitFacts): string | null {
  const { command, folder, searchPath, code, wrapperFailed } = facts;
  const [program = ''] = command;
  const path = program.includes('/') ? resolve(folder, program) : program;
  const file = findCommand(path, searchPath);
  const interpreter = file === null ? null : missingInterpreter(file);
  if (interpreter !== null) return `interpreter missing: ${program} needs ${interpreter}`;
  if (!wrapperFailed && file !== null) return null;
  return `${code === CODE_NOT_FOUND ? 'command not found' : 'not executable'}: ${program}`;
}

function isFolder(path: string): boolean {
  return attempt(() => statSync(path).isDirectory(), false);
}

function isWritable(file: string): boolean {
  const target = existsSync(file) ? file : dirname(file);
  return attempt(() => {
    accessSync(target, fsConstants.W_OK);
    return target !== file || !isFolder(file);
  }, false);
}

function signalName(signal: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
}

async function readTail(file: string, start: number): Promise<string> {
  try {
    const handle = await openRegular(file);
    try {
      const { size } = await handle.stat();
      // A file shorter than at the start was truncated by a rotation: all of it is from this servlet.
      const from = Math.max(size < start ? 0 : start, size - TAIL_BYTES);
      const buffer = Buffer.alloc(Math.max(0, size - from));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}
