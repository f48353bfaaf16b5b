import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../errors.ts';
import type { ServerFile } from '../names/server-file.ts';
import { isComplete } from './complete.ts';
import { checkServerFile } from './scan.ts';

/** Stand for the content of a file that cannot be used, whatever it contains. */
const OUTSIDE = 'outside';
const NOT_EXECUTABLE = 'not-executable';

/** Result of one poll. Only `waiting` asks for another poll. */
export type PollResult =
  | { readonly kind: 'waiting' | 'known' | 'gone' }
  | { readonly kind: 'complete'; readonly file: ServerFile }
  | { readonly kind: 'problem'; readonly text: string };

export interface ArrivalSettings {
  readonly base: string;
  /** Size and time must stay unchanged for this long before a file counts as written. */
  readonly stableMs: number;
  /** A stable but incomplete file is reported as a problem after this long. */
  readonly problemMs: number;
}

/** One server file that is arriving or has arrived. */
export interface Arrival {
  readonly file: ServerFile;
  /** Size, modification time and inode identify one content. */
  content: string;
  /** When this content was first seen, ms. */
  sinceMs: number;
  /** The content last reported, as a file or as a problem. */
  reported: string;
}

/** A file that has just been noticed; nothing is known about its content yet. */
export function newArrival(file: ServerFile, nowMs: number): Arrival {
  return { file, content: '', sinceMs: nowMs, reported: '' };
}

/**
 * A file that is present when Vili starts: its content has been the same since it was last written or renamed. A time
 * in the future (the clock was corrected) says nothing. Never throws.
 */
export async function presentArrival(file: ServerFile, base: string): Promise<Arrival> {
  const arrival = newArrival(file, performance.now());
  const check = await checkServerFile(base, file).catch(() => null);
  if (check?.kind !== 'file') return arrival;
  const { mtimeMs, ctimeMs } = check.stats;
  const ageMs = Date.now() - Math.max(mtimeMs, ctimeMs);
  return {
    ...arrival,
    content: contentText(check.stats),
    sinceMs: arrival.sinceMs - Math.max(0, ageMs),
  };
}

/**
 * Checks a file once and updates its arrival. The result is `complete` exactly once per content: stable
 * for `stableMs`, not empty, with its end record present. Never throws.
 */
export async function pollArrival(
  arrival: Arrival,
  nowMs: number,
  settings: ArrivalSettings,
): Promise<PollResult> {
  const path = join(settings.base, arrival.file.fileName);
  try {
    const content = await contentOf(arrival, settings.base);
    if (content === null) return { kind: 'gone' };
    if (content !== arrival.content) {
      arrival.content = content;
      arrival.sinceMs = nowMs;
    }
    if (content === arrival.reported) return { kind: 'known' };
    const ageMs = nowMs - arrival.sinceMs;
    if (ageMs < settings.stableMs) return { kind: 'waiting' };
    const fault = await faultOf(arrival.file, path, content);
    if (fault === null) return await reportComplete(arrival, settings.base);
    if (ageMs < settings.problemMs) return { kind: 'waiting' };
    return reportProblem(arrival, content, `is not used: ${fault}`);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'gone' };
    const text = messageOf(error);
    const content = `unreadable: ${text}`;
    if (arrival.reported === content) return { kind: 'known' };
    return reportProblem(arrival, content, `cannot be read: ${text}`);
  }
}

// Private

/** Null when there is no file of that name (or a folder, which is a version folder). */
async function contentOf(arrival: Arrival, base: string): Promise<string | null> {
  const check = await checkServerFile(base, arrival.file);
  if (check.kind === OUTSIDE || check.kind === NOT_EXECUTABLE) return check.kind;
  if (check.kind !== 'file') return null;
  return contentText(check.stats);
}

function contentText({ size, mtimeMs, ino }: Stats): string {
  return `${size}/${mtimeMs}/${ino}`;
}

async function faultOf(file: ServerFile, path: string, content: string): Promise<string | null> {
  if (content === OUTSIDE) return 'it is a link that leads out of the base folder';
  if (content === NOT_EXECUTABLE) return 'a server file without an extension must be executable';
  if (content.startsWith('0/')) return 'it is empty';
  if (await isComplete(path, file.extension)) return null;
  return 'its zip end record is missing or wrong, so it was cut off or is still being written';
}

/** Checks the file once more, since it may have changed while its end record was read. */
async function reportComplete(arrival: Arrival, base: string): Promise<PollResult> {
  const again = await contentOf(arrival, base);
  if (again !== arrival.content) return { kind: again === null ? 'gone' : 'waiting' };
  arrival.reported = again;
  return { kind: 'complete', file: arrival.file };
}

function reportProblem(arrival: Arrival, content: string, text: string): PollResult {
  arrival.reported = content;
  return { kind: 'problem', text: `${arrival.file.fileName} ${text}` };
}
