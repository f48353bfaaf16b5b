import { BadResponseError } from '../upstream/errors.ts';
import { FIELD_LINES, splitFields } from './headers.ts';

const SIZE_LINE = /^0*([0-9A-Fa-f]{1,13})(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/;
const TRAILERS = new RegExp(`^${FIELD_LINES}\\r\\n$`);
const LINE_FEED = 0x0a;
/** Extensions mean nothing to anybody here; without a limit they would be an endless head. */
const SIZE_LINE_MAX_BYTES = 16_384;

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'done';

/** The body of an answer in chunks (RFC 9112 section 7.1), read piece by piece. */
export class ChunkReader {
  private readonly maxTrailerBytes: number;
  private state: State = 'size';
  /** Of the chunk under way. */
  private left = 0;
  /** What has come of a line that is not whole yet. */
  private line = '';
  private fields: string[] = [];

  constructor(maxTrailerBytes: number) {
    this.maxTrailerBytes = maxTrailerBytes;
  }

  /** Whether the body has come to its end. */
  get done(): boolean {
    return this.state === 'done';
  }

  /** Flat; known at the end. */
  get trailers(): readonly string[] {
    return this.fields;
  }

  /**
   * Reads on from `start`, hands over each piece of the body and tells where it stopped: at the end of
   * the bytes, or of the body. @throws BadResponseError when these are no chunks.
   */
  read(bytes: Buffer, start: number, onPiece: (piece: Buffer) => void): number {
    let at = start;
    while (at < bytes.length && this.state !== 'done') {
      if (this.state !== 'data') at = this.readLine(bytes, at);
      else {
        const end = Math.min(bytes.length, at + this.left);
        this.left -= end - at;
        if (this.left === 0) this.state = 'data-end';
        onPiece(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
        at = end;
      }
    }
    return at;
  }

  // Private

  private readLine(bytes: Buffer, start: number): number {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    this.line += bytes.toString('latin1', start, end);
    if (this.line.length > this.maxLineBytes) throw new BadResponseError('a chunk without end');
    if (feed >= 0) this.takeLine();
    return end;
  }

  private get maxLineBytes(): number {
    return this.state === 'trailers' ? this.maxTrailerBytes : SIZE_LINE_MAX_BYTES;
  }

  private takeLine(): void {
    const { line } = this;
    if (this.state === 'trailers') return this.takeTrailerLine();
    this.line = '';
    if (this.state === 'data-end') {
      if (line !== '\r\n') throw new BadResponseError('a chunk is longer than it says');
      this.state = 'size';
      return;
    }
    const size = SIZE_LINE.exec(line)?.[1];
    if (size === undefined) throw new BadResponseError('a chunk has no size');
    this.left = Number.parseInt(size, 16);
    this.state = this.left === 0 ? 'trailers' : 'data';
  }

  /** Lines are collected until the empty one, and then read together. */
  private takeTrailerLine(): void {
    const { line } = this;
    if (line !== '\r\n' && !line.endsWith('\r\n\r\n')) return;
    if (!TRAILERS.test(line)) throw new BadResponseError('trailers are malformed');
    this.fields = splitFields(line.slice(0, -2), 0);
    this.state = 'done';
  }
}
