import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, messageOf, ViliError } from '../../errors.ts';
import { type ProcessIdentity, parseStat } from './identity.ts';

const SCHEMA = 'vili.servlet/1';
/** File names may have 255 bytes; longer ids are shortened to a digest. */
const MAX_NAME_LENGTH = 200;
/** At most this many files are read; a base has a handful of records. */
const MAX_RECORDS = 10_000;

/** Written before a servlet is spawned, so that the servlet is found again however Vili died. */
export interface PidRecord {
  readonly id: string;
  readonly tag: string;
  readonly bootId: string;
  readonly argv: readonly string[];
  readonly port: number;
  /** How long the servlet may take to end after SIGTERM, ms. */
  readonly stopTimeoutMs: number;
}

/** A record with the process that its wrapper noted; null when the wrapper did not get that far. */
export interface PidRecordEntry {
  readonly record: PidRecord;
  readonly leader: ProcessIdentity | null;
}

/** The files of one servlet in the folder of pid records. */
export interface PidRecordPaths {
  readonly record: string;
  /** The wrapper's own /proc/PID/stat line, written before it becomes the servlet. */
  readonly stat: string;
  /** Written by the wrapper when it could not become the servlet. */
  readonly failed: string;
}

export function pidRecordPaths(folder: string, id: string): PidRecordPaths {
  const encoded = encodeURIComponent(id);
  const digest = createHash('sha256').update(id).digest('hex');
  const name = encoded.length > MAX_NAME_LENGTH ? digest : encoded;
  return {
    record: join(folder, `${name}.json`),
    stat: join(folder, `${name}.stat`),
    failed: join(folder, `${name}.failed`),
  };
}

/**
 * Writes the record completely or not at all. No fsync: after a power cut no process is left, and the
 * boot id shows that. Throws VILI_LEDGER_WRITE.
 */
export function writeRecord(folder: string, record: PidRecord): PidRecordPaths {
  const paths = pidRecordPaths(folder, record.id);
  // Never read, since its name does not end in .json.
  const temporary = `${paths.record}.tmp`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    removeFiles([paths.stat, paths.failed]);
    // Arguments may hold secrets: readable for Vili's user only.
    const text = `${JSON.stringify({ schema: SCHEMA, ...record })}\n`;
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, paths.record);
  } catch (cause) {
    // Half a file on a full disk: the next servlet has another id, and would not overwrite it.
    attempt(() => removeFiles([temporary]), undefined);
    throw ViliError.cannot('VILI_LEDGER_WRITE', `record servlet ${record.id} in ${folder}`, cause);
  }
  return paths;
}

/** Removes the files of a servlet whose end is certain. The record goes last: until then it can be found. */
export function removeRecord(folder: string, id: string): void {
  const paths = pidRecordPaths(folder, id);
  removeFiles([paths.stat, paths.failed, paths.record]);
}

/** Removes all records, unreadable ones included, once no process of this base is alive. */
export function clearPidRecords(folder: string): void {
  const own = listFolder(folder).filter((name) => /\.(json|stat|failed|json\.tmp)$/.test(name));
  removeFiles(own.map((name) => join(folder, name)));
}

/** The entry of one servlet, or null when there is none or it cannot be read. */
export function readEntry(folder: string, id: string): PidRecordEntry | null {
  return attempt(() => parseEntry(pidRecordPaths(folder, id).record), null);
}

/** Every entry; a file that cannot be read is reported and costs no other entry. */
export function readPidRecords(folder: string): {
  readonly entries: readonly PidRecordEntry[];
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
} {
  const entries: PidRecordEntry[] = [];
  const unreadable: { file: string; reason: string }[] = [];
  for (const name of listFolder(folder)) {
    if (!name.endsWith('.json')) continue;
    const file = join(folder, name);
    try {
      entries.push(parseEntry(file));
    } catch (error) {
      unreadable.push({ file, reason: messageOf(error) });
    }
  }
  return { entries, unreadable };
}

// Private

function listFolder(folder: string): readonly string[] {
  return attempt(() => readdirSync(folder), []).slice(0, MAX_RECORDS);
}

function parseEntry(file: string): PidRecordEntry {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isRecord(value)) {
    throw new ViliError('VILI_LEDGER_RECORD', `${file} is not a ${SCHEMA} record`);
  }
  const { id, tag, bootId, argv, port, stopTimeoutMs } = value;
  const statFile = `${file.slice(0, -'.json'.length)}.stat`;
  return {
    record: { id, tag, bootId, argv, port, stopTimeoutMs },
    leader: readLeader(statFile, bootId),
  };
}

function isRecord(value: unknown): value is PidRecord & { schema: string } {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const texts = [fields['id'], fields['tag'], fields['bootId']];
  return (
    fields['schema'] === SCHEMA &&
    texts.every((text) => typeof text === 'string' && text !== '') &&
    Array.isArray(fields['argv']) &&
    Number.isFinite(fields['port']) &&
    Number.isFinite(fields['stopTimeoutMs'])
  );
}

function readLeader(statFile: string, bootId: string): ProcessIdentity | null {
  const stat = parseStat(attempt(() => readFileSync(statFile, 'latin1'), ''));
  return stat && { pid: stat.pid, startTime: stat.startTime, bootId };
}

function removeFiles(files: readonly string[]): void {
  for (const file of files) rmSync(file, { force: true });
}
