import { Fields } from './headers.ts';
import { joined, stripNominated } from './hop-by-hop.ts';

const SHORTEST_SPECIAL = 7;
const LONGEST_SPECIAL = 17;
const LENGTH = /^[0-9]{1,15}$/;
const CLOSE = /(?:^|,)\s*close\s*(?:,|$)/i;
const KEEP_ALIVE = /(?:^|,)\s*keep-alive\s*(?:,|$)/i;
const TIMEOUT = /(?:^|[,;\s])timeout\s*=\s*"?([0-9]{1,9})/i;
const MS_PER_S = 1000;

/** The length of a body that only its own framing tells. */
export const UNKNOWN_LENGTH = -1;

/** Running's answer as the client will see it, and what its headers say about the connection to running. */
export interface ResponseHead {
  /** End-to-end headers. */
  readonly fields: Fields;
  readonly contentLength: number;
  readonly chunked: boolean;
  /** Names of trailers that may follow; '' when none are announced. */
  readonly trailer: string;
  /** Null when only the version decides. */
  readonly keepsAlive: boolean | null;
  /** How long running says it keeps an idle connection, ms; null when it says nothing. */
  readonly idleMs: number | null;
  /** Why it cannot be passed on, else null. */
  readonly problem: string | null;
}

/** Filters the headers of an answer and finds its framing (RFC 9112 section 6.3). */
export function readResponseHead(fields: readonly string[]): ResponseHead {
  const found = new Found(fields);
  const { headers, connection, lengths, length, coding, trailer, keepAlive } = found;
  stripNominated(headers, connection);
  const timeout = keepAlive === '' ? undefined : TIMEOUT.exec(keepAlive)?.[1];
  return {
    fields: new Fields(headers),
    contentLength: lengths === 0 ? UNKNOWN_LENGTH : Number(length),
    chunked: coding === 'chunked',
    trailer,
    keepsAlive:
      connection === ''
        ? null
        : CLOSE.test(connection)
          ? false
          : KEEP_ALIVE.test(connection)
            ? true
            : null,
    idleMs: timeout === undefined ? null : Number(timeout) * MS_PER_S,
    problem: problemOf(found),
  };
}

/** Whether an answer ends with its head, whatever its headers say (RFC 9112 section 6.3). */
export function isBodiless(method: string | undefined, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

/** Trailers in the form in which the other side takes them. */
export function pairsOf(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < flat.length; index += 2) {
    pairs.push([flat[index] ?? '', flat[index + 1] ?? '']);
  }
  return pairs;
}

// Private

class Found {
  readonly headers: string[] = [];
  connection = '';
  lengths = 0;
  length = '';
  coding = '';
  trailer = '';
  keepAlive = '';

  constructor(fields: readonly string[]) {
    const { headers } = this;
    for (let index = 0; index < fields.length; index += 2) {
      const name = fields[index] ?? '';
      const value = fields[index + 1] ?? '';
      const { length } = name;
      if (length < SHORTEST_SPECIAL || length > LONGEST_SPECIAL || this.keeps(name, value)) {
        headers.push(name, value);
      }
    }
  }

  private keeps(name: string, value: string): boolean {
    switch (name.toLowerCase()) {
      case 'content-length':
        this.lengths++;
        this.length = value;
        return true;
      case 'connection':
        this.connection = joined(this.connection, value);
        return false;
      case 'transfer-encoding':
        this.coding = joined(this.coding, value.toLowerCase());
        return false;
      case 'trailer':
        this.trailer = joined(this.trailer, value);
        return false;
      case 'keep-alive':
        this.keepAlive = value;
        return false;
      case 'proxy-connection':
      case 'upgrade':
        return false;
      default:
        return true;
    }
  }
}

function problemOf({ lengths, length, coding }: Found): string | null {
  if (lengths > 1) return 'the answer has more than one Content-Length';
  if (lengths === 1 && !LENGTH.test(length)) return 'its Content-Length is not a number';
  if (coding === '' || coding === 'identity') return null;
  if (coding !== 'chunked') return 'the answer has a transfer coding besides chunked';
  return lengths === 0 ? null : 'the answer has Content-Length and Transfer-Encoding';
}
