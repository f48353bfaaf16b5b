import { crc32 } from 'node:zlib';
import { attempt, ViliError } from '../../errors.ts';
import type { RingData } from './ring.ts';

/** A file: this line, a line of JSON that says what follows, then the numbers as they are in memory. */
const MAGIC = 'vili.series/1\n';
const HEADER_MAX = 4096;
const SLOT_BYTES = 8;
const VALUE_BYTES = 4;
/** Larger than any file that this release or a later one with more columns writes. */
export const SERIES_FILE_MAX_BYTES = 4_194_304;

interface Header {
  readonly columns: readonly string[];
  readonly windows: readonly { readonly stepMs: number; readonly points: number }[];
  /** Of all that follows. */
  readonly crc: number;
}

interface EncodedWindow {
  readonly stepMs: number;
  readonly ring: { readonly points: number; readonly data: RingData };
}

/** One window of a file. */
export interface DecodedWindow {
  readonly stepMs: number;
  readonly columns: readonly string[];
  readonly points: readonly { readonly slot: number; readonly values: Float32Array }[];
}

export function encodeSeries(
  columns: readonly string[],
  windows: readonly EncodedWindow[],
): Buffer {
  const body = Buffer.concat(
    windows.flatMap(({ ring: { data } }) => [bytesOf(data.slots), bytesOf(data.values)]),
  );
  const header: Header = {
    columns,
    windows: windows.map(({ stepMs, ring }) => ({ stepMs, points: ring.points })),
    crc: crc32(body),
  };
  return Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`), body]);
}

/** @throws ViliError VILI_SERIES_FILE that says what is wrong with it. */
export function decodeSeries(file: Buffer): readonly DecodedWindow[] {
  if (file.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) {
    throw broken('it does not begin with vili.series/1');
  }
  const headerEnd = file.subarray(0, MAGIC.length + HEADER_MAX).indexOf('\n', MAGIC.length);
  const text = file.subarray(MAGIC.length, Math.max(MAGIC.length, headerEnd)).toString();
  const header = attempt<unknown>(() => JSON.parse(text), null);
  if (!isHeader(header)) throw broken('its second line does not say what is in it');
  const body = file.subarray(headerEnd + 1);
  const { columns, windows, crc } = header;
  const sizes = windows.map(({ points }) => points * (SLOT_BYTES + VALUE_BYTES * columns.length));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  if (body.length !== size) throw broken(`it has ${body.length} bytes of numbers, not ${size}`);
  if (crc32(body) !== crc) throw broken('its checksum is another one');
  let at = 0;
  return windows.map(({ stepMs, points }, index) => {
    const found = pointsOf(body, at, points, columns.length);
    at += sizes[index] ?? 0;
    return { stepMs, columns, points: found };
  });
}

// Private

function bytesOf({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function pointsOf(
  body: Buffer,
  at: number,
  points: number,
  columns: number,
): DecodedWindow['points'] {
  const valuesAt = at + points * SLOT_BYTES;
  return Array.from({ length: points }, (_, index) => {
    const values = new Float32Array(columns);
    for (let column = 0; column < columns; column++) {
      values[column] = body.readFloatLE(valuesAt + VALUE_BYTES * (index * columns + column));
    }
    return { slot: body.readDoubleLE(at + SLOT_BYTES * index), values };
  }).filter(({ slot }) => Number.isSafeInteger(slot) && slot >= 0);
}

function isHeader(header: unknown): header is Header {
  if (typeof header !== 'object' || header === null) return false;
  const { columns, windows, crc } = header as Partial<Record<keyof Header, unknown>>;
  const isCount = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 1e7;
  return (
    Array.isArray(columns) &&
    columns.every((name) => typeof name === 'string') &&
    Array.isArray(windows) &&
    windows.every(
      (one: { stepMs?: unknown; points?: unknown } | null) =>
        isCount(one?.stepMs) && isCount(one?.points),
    ) &&
    typeof crc === 'number'
  );
}

function broken(why: string): ViliError {
  return new ViliError('VILI_SERIES_FILE', `it is no file of series: ${why}`);
}
