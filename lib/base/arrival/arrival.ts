import { join } from 'node:path';
import { codeOf, messageOf } from '../../errors.ts';
import type { ServerFile } from '../names/server-file.ts';
import { isComplete } from './complete.ts';
import { checkServerFile } from './scan.ts';

/** What one look at a file said, and whether it must be looked at again. */
export type Look =
  | { readonly kind: 'waiting' | 'known' | 'gone' }
  | { readonly kind: 'whole'; readonly file: ServerFile }
  | { readonly kind: 'problem'; readonly text: string };

export interface ArrivalSettings {
  readonly base: string;
  /** Size and time must stay the same that long before a file counts as written. */
  readonly stableMs: number;
  /** A stable file that is not whole is reported as a problem after that long. */
  readonly problemMs: number;
}

/** One server file that is arriving or has arrived. */
export interface Arrival {
  readonly file: ServerFile;
  /** Size, modification time and inode: one content. */
  content: string;
  /** When this content was first seen. */
  sinceMs: number;
  /** The content last reported, as a file or as a problem. */
  reported: string;
}

/** A file just noticed; nothing is known about its content yet. */
export function newArrival(file: ServerFile, nowMs: number): Arrival {
  return { file, content: '', sinceMs: nowMs, reported: '' };
}

/**
 * Looks at a file once and moves its arrival on. It is `whole` exactly once per content: stable for
 * `stableMs`, not empty, its end record there. A look never throws.
 */
export async function look(
  arrival: Arrival,
  nowMs: number,
  settings: ArrivalSettings,
): Promise<Look> {
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
    const rule = await ruleBroken(arrival.file, path, content);
    if (rule === null) return await reportWhole(arrival, settings.base);
    if (ageMs < settings.problemMs) return { kind: 'waiting' };
    arrival.reported = content;
    return { kind: 'problem', text: `${arrival.file.fileName} is not used: ${rule}` };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'gone' };
    return reportUnreadable(arrival, messageOf(error));
  }
}

// Private

const OUTSIDE = 'outside';
const NOT_EXECUTABLE = 'not-executable';

/** Null when there is no file of that name (or a folder, which is a version folder). */
async function contentOf(arrival: Arrival, base: string): Promise<string | null> {
  const check = await checkServerFile(base, arrival.file);
  if (check.kind === 'outside') return OUTSIDE;
  if (check.kind === 'not-executable') return NOT_EXECUTABLE;
  if (check.kind !== 'file') return null;
  const { size, mtimeMs, ino } = check.stats;
  return `${size}/${mtimeMs}/${ino}`;
}

async function ruleBroken(file: ServerFile, path: string, content: string): Promise<string | null> {
  if (content === OUTSIDE) return 'it is a link that leads out of the base folder';
  if (content === NOT_EXECUTABLE) return 'a server without a file type must be executable';
  if (content.startsWith('0/')) return 'it is empty';
  if (await isComplete(path, file.extension)) return null;
  return 'its zip end record is missing or wrong, so it was cut off or is still being written';
}

/** Looked at once more, since it may have changed while its end record was read. */
async function reportWhole(arrival: Arrival, base: string): Promise<Look> {
  const again = await contentOf(arrival, base);
  if (again !== arrival.content) return { kind: again === null ? 'gone' : 'waiting' };
  arrival.reported = again;
  return { kind: 'whole', file: arrival.file };
}

function reportUnreadable(arrival: Arrival, text: string): Look {
  const content = `unreadable: ${text}`;
  if (arrival.reported === content) return { kind: 'known' };
  arrival.reported = content;
  return { kind: 'problem', text: `${arrival.file.fileName} cannot be read: ${text}` };
}
