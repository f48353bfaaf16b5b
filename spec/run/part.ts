import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import type { Outcome } from './outcome.ts';

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

export interface PartOptions {
  /** Of the project. */
  readonly folder: string;
  /** Spec files, relative to it. */
  readonly files: readonly string[];
  /** Which of the processes that run at the same time it is, from 0; they use different ports. */
  readonly lane: number;
  /** Its whole text, when it has ended; null: it has the terminal. */
  readonly onText: ((text: Buffer) => void) | null;
}

/** Runs specs in a process of their own, with a temporary folder of their own, in which they look for what they left. */
export async function runPart({ folder, files, lane, onText }: PartOptions): Promise<Outcome> {
  const place = await mkdtemp(join(tmpdir(), 'vili-specs-'));
  // Some specs start programs as another user.
  await chmod(place, 0o755);
  const result = `${place}.json`;
  const color = process.stdout.isTTY ? ['--color'] : [];
  const args = [MOCHA, ...color, '--reporter-option', `outcome=${result}`, ...files];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, TMPDIR: place, SPEC_LANE: String(lane) },
    stdio: onText === null ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece: Buffer) => void pieces.push(piece));
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  onText?.(Buffer.concat(pieces));
  try {
    return await outcomeIn(result, `mocha ended (${signal ?? `exit code ${code}`})`, files);
  } finally {
    await Promise.all([place, result].map((path) => rm(path, { recursive: true, force: true })));
  }
}

// Private

/** A process that ends before it has told what became of its specs has failed. */
async function outcomeIn(file: string, end: string, files: readonly string[]): Promise<Outcome> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Outcome;
  } catch (error) {
    const text = `${end} without a result: ${messageOf(error)}`;
    const failed = (title: string) => ({ passing: 0, pending: 0, failures: [{ title, text }] });
    return Object.fromEntries(files.map((file) => [file, failed(file)]));
  }
}
