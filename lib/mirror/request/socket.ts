import { Socket } from 'node:net';

const STATUS_BYTES = 'HTTP/1.1 100'.length;
const STATUS_AT = 9;
const INTERIM_MAX_BYTES = 65536;
const DIGIT_ZERO = 0x30;
const DIGIT_ONE = 0x31;
const HEAD_END = '\r\n\r\n';

/**
 * A connection to a version that swallows a stray `100 Continue` before undici reads it, as users'
 * connections do: no request asks for one, yet servers send it (RFC 9110 section 15.2: a client must
 * accept any number). undici would end the connection at the first.
 */
export class TestingSocket extends Socket {
  private expecting = false;
  private partial: Buffer | null = null;

  /** A request is being sent: what comes next is the head of a response. */
  expectHead(): void {
    this.expecting = true;
    this.partial = null;
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
      const kind = data.length >= STATUS_BYTES ? kindOf(data) : null;
      const isInterim = kind !== null && kind !== 'final';
      const end = isInterim ? data.indexOf(HEAD_END, 0, 'latin1') : -1;
      if (kind === 'final' || (end < 0 && data.length > INTERIM_MAX_BYTES)) {
        this.expecting = false;
        return join(passed, data);
      }
      if (end < 0) {
        this.partial = data;
        return passed;
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
  if (data[STATUS_AT] !== DIGIT_ONE || data[STATUS_AT + 1] !== DIGIT_ZERO) return 'final';
  if (data[STATUS_AT + 2] === DIGIT_ONE) return 'final';
  return data[STATUS_AT + 2] === DIGIT_ZERO ? 'continue' : 'other-interim';
}

function join(first: Buffer | null, second: Buffer): Buffer {
  return first === null ? second : Buffer.concat([first, second]);
}
