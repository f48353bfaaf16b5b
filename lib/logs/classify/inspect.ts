import { LogBatchBuilder } from '../count/batch-builder.ts';
import { openLog } from '../follow/open-log.ts';
import type { LevelOptions } from './level.ts';

/** What the last lines of a log reveal about its format, for `vili check` and warnings. */
export interface LogInspection {
  readonly lines: number;
  readonly withLevel: number;
  readonly plain: number;
  /** Who writes it, or where its level is; empty without a JSON line. */
  readonly format: string;
  /** The keys of a few lines without a level. */
  readonly unknownKeys: readonly string[];
}

/**
 * Reads at most the last `maxBytes` of a log and counts the lines that have a level. Throws the
 * file system's error when the log cannot be read.
 */
export async function inspectLog(
  path: string,
  options: LevelOptions & { readonly maxBytes: number },
): Promise<LogInspection> {
  const text = await readEnd(path, options.maxBytes);
  const builder = new LogBatchBuilder({ ...options, maxKinds: 0, mask: () => null }, 0);
  for (const line of text.split('\n')) builder.line(line);
  const batch = builder.take(0, { inode: 0, position: 0 });
  if (batch === null) return { lines: 0, withLevel: 0, plain: 0, format: '', unknownKeys: [] };
  const { lines, levels, plain, format, unknownKeys } = batch;
  return { lines, withLevel: lines - levels.unknown, plain, format, unknownKeys };
}

/** A sentence for the operator when most lines of a log have no level, else null. */
export function levelWarning({ lines, withLevel, unknownKeys }: LogInspection): string | null {
  if (lines === 0 || withLevel * 2 >= lines) return null;
  const seen =
    unknownKeys.length === 0 ? 'they are not JSON' : `keys seen: ${unknownKeys.join(', ')}`;
  return `${withLevel} of the last ${lines} log lines have a level; ${seen}; set log.level_field`;
}

// Private

/** The end of the file, starting with the first complete line. */
async function readEnd(path: string, maxBytes: number): Promise<string> {
  const file = await openLog(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - maxBytes);
    const buffer = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    const bytes = buffer.subarray(0, bytesRead);
    return bytes.toString('utf8', start === 0 ? 0 : bytes.indexOf(0x0a) + 1);
  } finally {
    await file.close();
  }
}
