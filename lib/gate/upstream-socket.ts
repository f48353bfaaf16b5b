import { Socket } from 'node:net';

const STATUS_BYTES = 'HTTP/1.1 100'.length;
const STATUS_AT = 9;
const INTERIM_MAX_BYTES = 65536;
const DIGIT_ZERO = 0x30;
const DIGIT_ONE = 0x31;
const HEAD_END = '\r\n\r\n';
const REASON_AT = 'HTTP/1.1 200 '.length;
const LINE_FEED = 0x0a;
const ASCII_MAX = 0x7f;

/**
 * A connection to running that mends two things before undici reads them. It hands over a status line
 * only when it is whole, since undici keeps only the last piece of a reason phrase. And it swallows a stray `100 Continue`: the gate answers `Expect`
 * itself, so no request that reaches running asks for one, yet servers send it (RFC 9110 section
 * 15.2: a client must be able to take any number). undici would end the connection at the first.
 */
export class UpstreamSocket extends Socket {
  /** The reason phrase of the last answer when it was not ASCII, in Latin-1, else null. */
  oddReason: string | null = null;
  private expecting = false;
  private partial: Buffer | null = null;

  /** Says that a request is being sent: what comes next is the head of an answer. */
  expectHead(): void {
    this.expecting = true;
    this.partial = null;
    this.oddReason = null;
  }

  override read(size?: number): Buffer | null {
    const chunk = super.read(size) as Buffer | null;
    return this.expecting && chunk !== null && chunk.length !== 0
      ? this.withoutContinue(chunk)
      : chunk;
  }

  // Private

  /** Null while there is nothing to pass on yet. */
  private withoutContinue(chunk: Buffer): Buffer | null {
    let data = this.partial === null ? chunk : Buffer.concat([this.partial, chunk]);
    let passed: Buffer | null = null;
    this.partial = null;
    while (data.length !== 0) {
      const kind = data.length < STATUS_BYTES ? 'unknown' : kindOf(data);
      const end = endOf(kind, data);
      if (end < 0 && data.length <= INTERIM_MAX_BYTES) {
        this.partial = data;
        return passed;
      }
      if (end < 0 || kind === 'final') {
        this.expecting = false;
        this.oddReason = oddReasonOf(data, end);
        return join(passed, data);
      }
      const rest = end + HEAD_END.length;
      if (kind === 'other-interim') passed = join(passed, data.subarray(0, rest));
      data = data.subarray(rest);
    }
    return passed;
  }
}

/** 101 counts as final: what follows it is not HTTP. */
function kindOf(data: Buffer): 'continue' | 'other-interim' | 'final' {
  if (data[STATUS_AT] !== DIGIT_ONE) return 'final';
  if (data[STATUS_AT + 1] !== DIGIT_ZERO) return 'final';
  if (data[STATUS_AT + 2] === DIGIT_ONE) return 'final';
  return data[STATUS_AT + 2] === DIGIT_ZERO ? 'continue' : 'other-interim';
}

/** Where the part ends that has to be seen whole; negative when it is not yet. */
function endOf(kind: ReturnType<typeof kindOf> | 'unknown', data: Buffer): number {
  if (kind === 'unknown') return -1;
  return kind === 'final' ? data.indexOf(LINE_FEED) : data.indexOf(HEAD_END, 0, 'latin1');
}

function oddReasonOf(data: Buffer, lineEnd: number): string | null {
  for (let index = REASON_AT; index < lineEnd; index++) {
    if ((data[index] ?? 0) > ASCII_MAX)
      return data.toString('latin1', REASON_AT, lineEnd).trimEnd();
  }
  return null;
}

function join(first: Buffer | null, second: Buffer): Buffer {
  return first === null ? second : Buffer.concat([first, second]);
}
