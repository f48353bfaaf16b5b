import type { FlatHeaders } from '../../model/headers.ts';
import { HEADER_LINES, LINE_END, splitHeaders } from './headers.ts';
import { BadResponseError } from './response-head.ts';

/** An extension is whatever precedes the line end: it is not forwarded, so nobody reads it differently. */
const SIZE_LINE = /^0*([0-9A-Fa-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/;
const TRAILERS = new RegExp(`^${HEADER_LINES}$`);
const LINE_FEED = 0x0a;
/** Chunk extensions mean nothing to anybody here; without a limit they could go on for ever. */
const SIZE_LINE_MAX_BYTES = 16_384;

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'done';

/**
 * Reads the body of a chunked response (RFC 9112 section 7.1), piece by piece. Node's parser accepts whatever this
 * accepts, except some extensions and white space behind a size, which old servers send.
 */
export class ChunkReader {
  private readonly maxTrailerBytes: number;
  /** Flat; known once the body is complete. */
  trailers: FlatHeaders = [];
  private state: State = 'size';
  /** Bytes of the current chunk still to come. */
  private left = 0;
  /** The part received of an incomplete line. */
  private line = '';
  /** The trailer lines received; never looked into before the last, since that would take time for each. */
  private trailerLines = '';

  constructor(maxTrailerBytes: number) {
    this.maxTrailerBytes = maxTrailerBytes;
  }

  /** Whether the body is complete. */
  get done(): boolean {
    return this.state === 'done';
  }

  /**
   * Reads on from `start`, hands over each piece of the body and returns where it stopped: at the end of the
   * bytes or of the body. @throws BadResponseError when the chunks are malformed.
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
    const maxBytes = this.state === 'trailers' ? this.maxTrailerBytes : SIZE_LINE_MAX_BYTES;
    if (this.line.length + this.trailerLines.length > maxBytes)
      throw new BadResponseError('a chunk does not end');
    if (feed >= 0) this.takeLine();
    return end;
  }

  private takeLine(): void {
    const { line } = this;
    this.line = '';
    if (this.state === 'trailers') return this.takeTrailerLine(line);
    if (this.state === 'data-end') {
      if (line !== LINE_END) throw new BadResponseError('a chunk is longer than its size');
      this.state = 'size';
      return;
    }
    const size = SIZE_LINE.exec(line)?.[1];
    if (size === undefined) throw new BadResponseError('a chunk has no size');
    this.left = Number.parseInt(size, 16);
    this.state = this.left === 0 ? 'trailers' : 'data';
  }

  /** Lines are collected up to the empty one, and then read together. */
  private takeTrailerLine(line: string): void {
    if (line !== LINE_END) {
      this.trailerLines += line;
      return;
    }
    const lines = this.trailerLines;
    if (!TRAILERS.test(lines)) throw new BadResponseError('the trailers are malformed');
    this.trailers = splitHeaders(lines, 0);
    this.state = 'done';
  }
}
